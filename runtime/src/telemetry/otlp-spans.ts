import type { SpanReference } from './call-trace.ts';
import { type RecordedSpan, SpanKind } from './recorded-span.ts';
import type { TraceContext } from './trace-context.ts';

/** Bits that say if a parent is of another process: https://opentelemetry.io/docs/specs/otel/protocol/exporter/ */
const KNOWS_IF_REMOTE = 0x100;
const IS_REMOTE = 0x200;

const UNSET = '{"code":0}';
const ERROR = '{"code":2}';

/** Returns an attribute as OTLP's JSON. The number is an integer. */
export function attribute(key: string, value: string | number): string {
  const typed = typeof value === 'number' ? `"intValue":${value}` : `"stringValue":${JSON.stringify(value)}`;
  return `{"key":"${key}","value":{${typed}}}`;
}

/** Returns attributes as OTLP's JSON, without those that are undefined. */
export function attributes(values: Readonly<Record<string, string | number | undefined>>): string {
  const known = Object.entries(values).flatMap(([key, value]) => (value === undefined ? [] : attribute(key, value)));
  return known.join();
}

/** Maximum length of a request to the collector, in bytes: that of some 700 usual spans. */
const MAX_BYTES = 512 * 1024;

const END = ']}]}]}';

/**
 * Begins requests to a collector with the spans of one process, as JSON.
 *
 * @see https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding
 */
export class SpanWriter {
  readonly #start: string;
  readonly #clock = new UnixClock();

  /** @param resource attributes of the process */
  constructor(resource: Readonly<Record<string, string | number>>) {
    const scope = '{"name":"lockstep"}';
    this.#start = `{"resourceSpans":[{"resource":{"attributes":[${attributes(resource)}]},"scopeSpans":[{"scope":${scope},"spans":[`;
  }

  /** Returns an empty request. */
  begin(): SpanBatch {
    return new SpanBatch(this.#start, this.#clock);
  }
}

/**
 * Spans that wait to be sent together, as the bytes of their request. Writing one takes a microsecond, where OpenTelemetry's
 * serializer takes ten, because attributes that are always the same are text already. As objects that wait, they would take as
 * much again in the garbage collector. To be used again once sent: each new buffer brings the next full collection nearer.
 */
export class SpanBatch {
  readonly #clock: UnixClock;
  readonly #bytes = Buffer.allocUnsafeSlow(MAX_BYTES);
  readonly #startLength: number;
  #length: number;
  #count = 0;

  constructor(start: string, clock: UnixClock) {
    this.#clock = clock;
    this.#startLength = this.#bytes.write(start);
    this.#length = this.#startLength;
  }

  /** Number of spans. */
  get count(): number {
    return this.#count;
  }

  /** Adds a span. Returns false if it has no room for it. */
  add(span: RecordedSpan): boolean {
    if (this.#count === 0) this.#clock.adjust();
    const text = `${this.#count === 0 ? '' : ','}${this.#toJson(span)}`;
    const neededBytes = text.length * 3 + END.length; // as UTF-8 has it at most
    if (this.#length + neededBytes > MAX_BYTES) return false;
    this.#length += this.#bytes.write(text, this.#length);
    this.#count += 1;
    return true;
  }

  /** Returns the body of the request, which is right until the batch is cleared. To be called once, when nothing is added any more. */
  end(): Uint8Array {
    this.#length += this.#bytes.write(END, this.#length);
    return this.#bytes.subarray(0, this.#length);
  }

  /** Takes all spans out. */
  clear(): void {
    this.#length = this.#startLength;
    this.#count = 0;
  }

  #toJson({ context, parent, name, kind, startedAt, endedAt, attributes, link, error }: RecordedSpan): string {
    const failure = error === undefined ? '' : `${attributes === '' ? '' : ','}${attribute('error.type', error)}`;
    return `{${identity(context)}${parent ? `,"parentSpanId":"${parent.spanId}"` : ''}${stateOf(context)},"flags":${flagsOf(context, kind === SpanKind.SERVER && parent !== undefined)},"name":${JSON.stringify(name)},"kind":${kind},"startTimeUnixNano":"${this.#clock.toNanoseconds(startedAt)}","endTimeUnixNano":"${this.#clock.toNanoseconds(endedAt)}","attributes":[${attributes}${failure}],"status":${error === undefined ? UNSET : ERROR}${link ? `,"links":[{${identity(link)},"flags":${flagsOf(link, false)}}]` : ''}}`;
  }
}

function identity({ traceId, spanId }: SpanReference): string {
  return `"traceId":"${traceId}","spanId":"${spanId}"`;
}

function stateOf({ traceState }: TraceContext): string {
  return traceState === undefined ? '' : `,"traceState":${JSON.stringify(traceState)}`;
}

function flagsOf({ traceFlags }: SpanReference, hasRemoteParent: boolean): number {
  return traceFlags | KNOWS_IF_REMOTE | (hasRemoteParent ? IS_REMOTE : 0);
}

/** Difference from the system's clock beyond which it was set, or the machine has slept: milliseconds. */
const MAX_DRIFT_MS = 5;

/** Turns times by `performance.now()` into Unix time. */
class UnixClock {
  #origin = performance.timeOrigin;

  /** Follows the system's clock. Done seldom, so that spans of one trace fit together. */
  adjust(): void {
    const origin = Date.now() - performance.now();
    if (Math.abs(origin - this.#origin) > MAX_DRIFT_MS) this.#origin = origin;
  }

  /** Returns digits. A double has room for microseconds. Seconds and the rest apart are small integers, which V8 writes faster. */
  toNanoseconds(time: number): string {
    const microseconds = Math.round((this.#origin + time) * 1000);
    const seconds = Math.floor(microseconds / 1e6);
    const rest = microseconds - seconds * 1e6;
    return `${seconds}${String(1e6 + rest).slice(1)}000`;
  }
}

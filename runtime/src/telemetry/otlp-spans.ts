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

/** Length of a batch at first, in bytes: that of some thirty spans. */
const FIRST_LENGTH = 16 * 1024;

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
 * much again in the garbage collector.
 */
export class SpanBatch {
  readonly #clock: UnixClock;
  #bytes = Buffer.allocUnsafeSlow(FIRST_LENGTH);
  #length = 0;
  #count = 0;

  constructor(start: string, clock: UnixClock) {
    this.#clock = clock;
    this.#write(start);
  }

  /** Number of spans. */
  get count(): number {
    return this.#count;
  }

  add(span: RecordedSpan): void {
    if (this.#count === 0) this.#clock.adjust();
    const text = this.#toJson(span);
    this.#write(this.#count === 0 ? text : `,${text}`);
    this.#count += 1;
  }

  /** Returns the body of the request. To be called once, when nothing is added any more. */
  end(): Uint8Array {
    this.#write(END);
    return this.#bytes.subarray(0, this.#length);
  }

  #write(text: string): void {
    const needed = this.#length + text.length * 3; // as UTF-8 has it at most
    if (needed > this.#bytes.length) {
      const longer = Buffer.allocUnsafeSlow(Math.max(needed, this.#bytes.length * 2));
      this.#bytes.copy(longer, 0, 0, this.#length);
      this.#bytes = longer;
    }
    this.#length += this.#bytes.write(text, this.#length);
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

  /** Returns digits. A double has room for microseconds. */
  toNanoseconds(time: number): string {
    return `${Math.round((this.#origin + time) * 1000)}000`;
  }
}

import { type Attributes, type Context, type Span, SpanKind, type SpanOptions, type Tracer } from '@opentelemetry/api';
import type { CallDescription } from '../request-scope.ts';
import type { CallTrace, RequestTrace, SpanReference } from './call-trace.ts';
import { fail, startCall } from './traced-call.ts';

/** A span that is added once it is over. */
export interface EndedSpan {
  readonly name: string;
  /** Start by `performance.now()`. */
  readonly startedAt: number;
  readonly attributes?: Attributes;
  /** Set if it was work of another system, such as a database. */
  readonly isClient?: boolean;
  /** Span of another request that did the work for this one too. */
  readonly link?: SpanReference | undefined;
  /** Reason of the failure; undefined if it succeeded. */
  readonly error?: string | undefined;
}

/** Trace of one request, in spans named by OpenTelemetry's conventions: https://opentelemetry.io/docs/specs/semconv/http/http-spans/ */
export class TracedRequest implements RequestTrace {
  readonly #tracer: Tracer;
  readonly #context: Context;
  readonly #span: Span;

  /** @param context the one of the span */
  constructor(tracer: Tracer, span: Span, context: Context) {
    this.#tracer = tracer;
    this.#context = context;
    this.#span = span;
  }

  get traceId(): string {
    return this.#span.spanContext().traceId;
  }

  get spanId(): string {
    return this.#span.spanContext().spanId;
  }

  /** False if nothing of the trace is sent. */
  get isRecording(): boolean {
    return this.#span.isRecording();
  }

  nameOperation(type: string, name: string | undefined): void {
    this.#span.updateName(type);
    this.#span.setAttribute('graphql.operation.type', type);
    if (name !== undefined) this.#span.setAttribute('graphql.operation.name', name);
  }

  /** Adds a span from then until now. */
  add({ name, startedAt, attributes, isClient = false, link, error }: EndedSpan): void {
    const options: SpanOptions = {
      startTime: startedAt,
      kind: isClient ? SpanKind.CLIENT : SpanKind.INTERNAL,
      ...(attributes && { attributes }),
      ...(link && { links: [{ context: { ...link } }] }),
    };
    const span = this.#tracer.startSpan(name, options, this.#context);
    if (error !== undefined) fail(span, error);
    span.end(performance.now());
  }

  startCall(call: CallDescription): CallTrace {
    return startCall(this.#tracer, this.#context, call);
  }

  end(status: number | undefined, error: string | undefined): void {
    if (status !== undefined) this.#span.setAttribute('http.response.status_code', status);
    if (error !== undefined) fail(this.#span, error);
    this.#span.end();
  }
}

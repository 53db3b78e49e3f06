import {
  type Attributes,
  type Context,
  defaultTextMapSetter,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import type { CallDescription, CallTrace, FetchTrace, OperationTrace, SpanReference } from './operation-trace.ts';
import { MAX_NAME } from './request-record.ts';

/** Reads and writes `traceparent` and `tracestate`: https://www.w3.org/TR/trace-context/ */
export const propagator = new W3CTraceContextPropagator();

/** Trace of one operation, in spans named by OpenTelemetry's conventions: https://opentelemetry.io/docs/specs/semconv/http/http-spans/ */
export class TracedOperation implements OperationTrace {
  readonly #tracer: Tracer;
  readonly #span: Span;
  readonly #context: Context;

  constructor(tracer: Tracer, span: Span, context: Context) {
    this.#tracer = tracer;
    this.#span = span;
    this.#context = context;
  }

  get traceId(): string {
    return this.#span.spanContext().traceId;
  }

  get spanId(): string {
    return this.#span.spanContext().spanId;
  }

  nameOperation(type: string, name: string | undefined): void {
    this.#span.updateName(type);
    this.#span.setAttribute('graphql.operation.type', type);
    if (name !== undefined) this.#span.setAttribute('graphql.operation.name', name);
  }

  addSpan(name: string, startedAt: number): void {
    this.#tracer.startSpan(name, { startTime: startedAt }, this.#context).end(performance.now());
  }

  startFetch(): FetchTrace {
    return new TracedFetch(this.#tracer, this.#context);
  }

  end(status: number | undefined, error: string | undefined): void {
    if (status !== undefined) this.#span.setAttribute('http.response.status_code', status);
    if (error !== undefined) fail(this.#span, error);
    this.#span.end();
  }
}

class TracedFetch implements FetchTrace {
  readonly #tracer: Tracer;
  readonly #context: Context;
  readonly #startedAt = performance.now();
  #call: SpanReference | undefined;
  #isOwnCall = false;

  constructor(tracer: Tracer, context: Context) {
    this.#tracer = tracer;
    this.#context = context;
  }

  get call(): SpanReference | undefined {
    return this.#call;
  }

  startCall({ subgraph, url, kind, operationName, entities, resends }: CallDescription): CallTrace {
    const attributes: Attributes = {
      'http.request.method': 'POST',
      'url.full': url.href,
      'server.address': url.hostname,
      'server.port': Number(url.port) || (url.protocol === 'https:' ? 443 : 80),
      'graphql.operation.type': kind,
      'lockstep.subgraph': subgraph,
      ...(operationName !== undefined && { 'graphql.operation.name': operationName.slice(0, MAX_NAME) }),
      ...(entities !== undefined && { 'lockstep.entities': entities }),
      ...(resends > 0 && { 'http.request.resend_count': resends }),
    };
    const span = this.#tracer.startSpan(`POST ${subgraph}`, { kind: SpanKind.CLIENT, attributes }, this.#context);
    this.#isOwnCall = true;
    this.#call = span.spanContext();
    return new TracedCall(span, this.#call);
  }

  share(call: SpanReference | undefined): void {
    this.#call = call;
  }

  /** Adds a span for a fetch without a call of its own, with a link to the call if there was one. */
  end(subgraph: string, outcome: string): void {
    if (this.#isOwnCall) return;
    const links = this.#call ? [{ context: { ...this.#call } }] : [];
    const attributes = { 'lockstep.subgraph': subgraph };
    const span = this.#tracer.startSpan(
      `${links.length > 0 ? 'shared POST' : 'no call of'} ${subgraph}`,
      { startTime: this.#startedAt, attributes, links },
      this.#context,
    );
    if (outcome !== 'answered') fail(span, outcome);
    span.end(performance.now());
  }
}

class TracedCall implements CallTrace {
  readonly #span: Span;
  readonly reference: SpanReference;
  readonly headers: Readonly<Record<string, string>>;

  constructor(span: Span, reference: SpanReference) {
    const headers: Record<string, string> = {};
    propagator.inject(trace.setSpan(ROOT_CONTEXT, span), headers, defaultTextMapSetter);
    this.#span = span;
    this.reference = reference;
    this.headers = headers;
  }

  end(status: number | undefined, error?: unknown): void {
    if (status !== undefined) this.#span.setAttribute('http.response.status_code', status);
    if (status === undefined) fail(this.#span, reasonOf(error));
    else if (status >= 400) fail(this.#span, String(status));
    this.#span.end();
  }
}

function fail(span: Span, type: string): void {
  span.setAttribute('error.type', type).setStatus({ code: SpanStatusCode.ERROR });
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}

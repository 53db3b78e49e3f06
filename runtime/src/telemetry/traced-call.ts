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
import type { CallDescription } from '../request-scope.ts';
import type { CallTrace, SpanReference } from './call-trace.ts';
import { MAX_NAME } from './observed-request.ts';

/** Reads and writes `traceparent` and `tracestate`: https://www.w3.org/TR/trace-context/ */
export const propagator = new W3CTraceContextPropagator();

/** Starts the span of a call, named by OpenTelemetry's conventions: https://opentelemetry.io/docs/specs/semconv/http/http-spans/ */
export function startCall(tracer: Tracer, parent: Context, call: CallDescription): CallTrace {
  const { subgraph, url, kind, operationName, entities, resends = 0 } = call;
  const attributes: Attributes = {
    'http.request.method': 'POST',
    'url.full': url.href,
    ...serverOf(url),
    'graphql.operation.type': kind,
    'lockstep.subgraph': subgraph,
    ...(operationName !== undefined && { 'graphql.operation.name': operationName.slice(0, MAX_NAME) }),
    ...(entities !== undefined && { 'lockstep.entities': entities }),
    ...(resends > 0 && { 'http.request.resend_count': resends }),
  };
  return new TracedCall(tracer.startSpan(`POST ${subgraph}`, { kind: SpanKind.CLIENT, attributes }, parent));
}

/** A socket's address is its path: https://opentelemetry.io/docs/specs/semconv/general/attributes/#server-attributes */
function serverOf({ protocol, hostname, port, pathname }: URL): Attributes {
  if (protocol === 'unix:') return { 'server.address': pathname };
  return { 'server.address': hostname, 'server.port': Number(port) || (protocol === 'https:' ? 443 : 80) };
}

class TracedCall implements CallTrace {
  readonly #span: Span;
  readonly reference: SpanReference;
  readonly headers: Readonly<Record<string, string>>;

  constructor(span: Span) {
    const headers: Record<string, string> = {};
    propagator.inject(trace.setSpan(ROOT_CONTEXT, span), headers, defaultTextMapSetter);
    this.#span = span;
    this.reference = span.spanContext();
    this.headers = headers;
  }

  end(status: number | undefined, error?: unknown, instance?: URL): void {
    if (instance) this.#span.setAttributes({ 'url.full': instance.href, ...serverOf(instance) });
    if (status !== undefined) this.#span.setAttribute('http.response.status_code', status);
    if (status === undefined) fail(this.#span, reasonOf(error));
    else if (status >= 400) fail(this.#span, String(status));
    this.#span.end();
  }
}

/** Marks a span as failed. */
export function fail(span: Span, type: string): void {
  span.setAttribute('error.type', type).setStatus({ code: SpanStatusCode.ERROR });
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}

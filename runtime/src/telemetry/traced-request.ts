import type { IncomingMessage } from 'node:http';
import type { CallDescription } from '../request-scope.ts';
import type { CallTrace, EndedSpan, RequestTrace } from './call-trace.ts';
import type { ConnectionEnds } from './connection-ends.ts';
import { attribute, attributes } from './otlp-spans.ts';
import { SpanKind } from './recorded-span.ts';
import type { SpanQueue } from './span-queue.ts';
import { childOf, newContext, type TraceContext } from './trace-context.ts';
import { TracedCall } from './traced-call.ts';

const HTTP = attribute('url.scheme', 'http');
const HTTPS = attribute('url.scheme', 'https');

/** Trace of one request that is sampled, in spans named by OpenTelemetry's conventions: https://opentelemetry.io/docs/specs/semconv/http/http-spans/ */
export class TracedRequest implements RequestTrace {
  readonly isRecording = true;
  readonly #queue: SpanQueue;
  readonly #parent: TraceContext | undefined;
  readonly #context: TraceContext;
  readonly #startedAt = performance.now();
  #name = 'GraphQL Operation';
  #attributes: string;

  constructor(request: IncomingMessage, ends: ConnectionEnds, parent: TraceContext | undefined, queue: SpanQueue) {
    this.#queue = queue;
    this.#parent = parent;
    this.#context = parent ? childOf(parent) : newContext(true);
    this.#attributes = attributesOf(request, ends);
  }

  get traceId(): string {
    return this.#context.traceId;
  }

  get spanId(): string {
    return this.#context.spanId;
  }

  get traceFlags(): number {
    return this.#context.traceFlags;
  }

  nameOperation(type: string, name: string | undefined): void {
    this.#name = type;
    this.#attributes += `,${attribute('graphql.operation.type', type)}`;
    if (name !== undefined) this.#attributes += `,${attribute('graphql.operation.name', name)}`;
  }

  add({ name, startedAt, attributes: values = {}, isClient = false, link, error }: EndedSpan): void {
    this.#queue.add({
      context: childOf(this.#context),
      parent: this.#context,
      name,
      kind: isClient ? SpanKind.CLIENT : SpanKind.INTERNAL,
      startedAt,
      endedAt: performance.now(),
      attributes: attributes(values),
      link,
      error,
    });
  }

  startCall(call: CallDescription): CallTrace {
    return new TracedCall(call, this.#context, this.#queue);
  }

  end(status: number | undefined, error: string | undefined): void {
    this.#queue.add({
      context: this.#context,
      parent: this.#parent,
      name: this.#name,
      kind: SpanKind.SERVER,
      startedAt: this.#startedAt,
      endedAt: performance.now(),
      attributes:
        status === undefined
          ? this.#attributes
          : `${this.#attributes},${attribute('http.response.status_code', status)}`,
      link: undefined,
      error,
    });
  }
}

function attributesOf({ method = '', url = '', socket, httpVersion }: IncomingMessage, ends: ConnectionEnds): string {
  const { localAddress, localPort, remoteAddress } = ends;
  const query = url.indexOf('?');
  const path = query === -1 ? url : url.slice(0, query);
  const scheme = 'encrypted' in socket ? HTTPS : HTTP; // https://nodejs.org/api/tls.html#tlssocketencrypted
  let text = `${attribute('http.request.method', method)},${scheme},${attribute('url.path', path)}`;
  text += `,${attribute('network.protocol.version', httpVersion)}`;
  if (localAddress !== undefined) text += `,${attribute('server.address', localAddress)}`;
  if (localPort !== undefined) text += `,${attribute('server.port', localPort)}`;
  if (remoteAddress !== undefined) text += `,${attribute('client.address', remoteAddress)}`;
  return text;
}

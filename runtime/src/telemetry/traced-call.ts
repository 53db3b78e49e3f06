import type { CallDescription } from '../request-scope.ts';
import type { CallTrace } from './call-trace.ts';
import { MAX_NAME } from './observed-request.ts';
import { attribute, attributes } from './otlp-spans.ts';
import { SpanKind } from './recorded-span.ts';
import type { SpanQueue } from './span-queue.ts';
import { childOf, type TraceContext, traceHeaders } from './trace-context.ts';

/** One attempt of a call, in a span named by OpenTelemetry's conventions: https://opentelemetry.io/docs/specs/semconv/http/http-spans/ */
export class TracedCall implements CallTrace {
  readonly reference: TraceContext;
  readonly headers: Readonly<Record<string, string>>;
  readonly #call: CallDescription;
  readonly #parent: TraceContext;
  readonly #queue: SpanQueue;
  readonly #startedAt = performance.now();

  constructor(call: CallDescription, parent: TraceContext, queue: SpanQueue) {
    this.#call = call;
    this.#parent = parent;
    this.#queue = queue;
    this.reference = childOf(parent);
    this.headers = traceHeaders(this.reference);
  }

  end(status: number | undefined, error?: unknown, instance = this.#call.url): void {
    this.#queue.add({
      context: this.reference,
      parent: this.#parent,
      name: `POST ${this.#call.subgraph}`,
      kind: SpanKind.CLIENT,
      startedAt: this.#startedAt,
      endedAt: performance.now(),
      attributes: attributesOf(this.#call, instance, status),
      link: undefined,
      error: status === undefined ? reasonOf(error) : status >= 400 ? String(status) : undefined,
    });
  }
}

function attributesOf(
  { subgraph, kind, operationName, entities, resends = 0 }: CallDescription,
  address: URL,
  status: number | undefined,
): string {
  let text = `${addressOf(address)},${attribute('graphql.operation.type', kind)},${attribute('lockstep.subgraph', subgraph)}`;
  if (operationName !== undefined) text += `,${attribute('graphql.operation.name', operationName.slice(0, MAX_NAME))}`;
  if (entities !== undefined) text += `,${attribute('lockstep.entities', entities)}`;
  if (resends > 0) text += `,${attribute('http.request.resend_count', resends)}`;
  if (status !== undefined) text += `,${attribute('http.response.status_code', status)}`;
  return text;
}

/** Attributes of the addresses of subgraphs, of which there are few, each an object for as long as it is used. */
const addresses = new WeakMap<URL, string>();

function addressOf(url: URL): string {
  const known = addresses.get(url);
  if (known !== undefined) return known;
  const { protocol, hostname, port, pathname, href } = url;
  const isSocket = protocol === 'unix:'; // whose address is its path: https://opentelemetry.io/docs/specs/semconv/general/attributes/#server-attributes
  const text = attributes({
    'http.request.method': 'POST',
    'url.full': href,
    'server.address': isSocket ? pathname : hostname,
    'server.port': isSocket ? undefined : Number(port) || (protocol === 'https:' ? 443 : 80),
  });
  addresses.set(url, text);
  return text;
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}

import { ExpectedError } from '@lockstep/runtime/graphql/errors.ts';
import type { GraphQLAnswer, Reply } from '@lockstep/runtime/http/client/subgraph-answer.ts';
import type { Exchange } from '@lockstep/runtime/http/client/subgraph-client.ts';
import type { SubgraphSettings } from '../configuration/supergraph-file.ts';
import type { FetchRequest } from '../execution/fetching/fetch-request.ts';
import type { Instruments } from '../telemetry/instruments.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import type { SpanReference } from '../telemetry/operation-trace.ts';
import type { CallContext } from './call-context.ts';
import type { CallObserver, Send } from './call-observer.ts';
import type { ForwardedHeaders } from './forwarded-headers.ts';

/** What came of a fetch, by its error's code. */
const OUTCOMES = new Map<unknown, string>([
  ['SUBGRAPH_UNAVAILABLE', 'unavailable'],
  ['DEADLINE_EXCEEDED', 'deadline_exceeded'],
]);

/** Counts, times and traces the calls to one subgraph. */
export class CallTelemetry implements CallObserver {
  readonly #subgraph: string;
  readonly #url: URL;
  readonly #metrics: Metrics | undefined;
  /** The calls that replies are of, for who joins them. */
  readonly #calls = new WeakMap<Reply, SpanReference>();

  private constructor({ name, routingUrl }: SubgraphSettings, metrics: Metrics | undefined) {
    this.#subgraph = name;
    this.#url = withoutSecrets(new URL(routingUrl));
    this.#metrics = metrics;
  }

  /** Undefined where nobody wants to know. */
  static of(subgraph: SubgraphSettings, { metrics, tracing }: Instruments): CallTelemetry | undefined {
    return metrics || tracing ? new CallTelemetry(subgraph, metrics) : undefined;
  }

  async fetch(run: (context: CallContext) => Promise<GraphQLAnswer>, context: CallContext): Promise<GraphQLAnswer> {
    const trace = context.trace?.startFetch();
    let outcome = 'answered';
    try {
      return await run(trace ? { ...context, headers: context.headers.tracedBy(trace) } : context);
    } catch (error) {
      outcome = context.signal.aborted ? 'abandoned' : outcomeOf(error);
      throw error;
    } finally {
      this.#metrics?.fetches.add(this.#subgraph, outcome);
      trace?.end(this.#subgraph, outcome);
    }
  }

  sender(request: FetchRequest, headers: ForwardedHeaders, exchange: Exchange, send: Send): () => Promise<Reply> {
    let attempts = 0;
    return () => {
      if (attempts > 0) this.#metrics?.retries.add(this.#subgraph, '');
      return this.#send(request, headers, exchange, { send, resends: attempts++ });
    };
  }

  joined({ trace }: ForwardedHeaders, reply: Reply): void {
    this.#metrics?.saved.add(this.#subgraph, 'deduplication');
    trace?.share(this.#calls.get(reply));
  }

  batched([first, ...others]: readonly ForwardedHeaders[]): void {
    this.#metrics?.saved.add(this.#subgraph, 'batching', others.length);
    for (const { trace } of others) trace?.share(first?.trace?.call);
  }

  async #send(
    { constants: { kind, operationName }, representations }: FetchRequest,
    { trace }: ForwardedHeaders,
    exchange: Exchange,
    { send, resends }: { send: Send; resends: number },
  ): Promise<Reply> {
    const subgraph = this.#subgraph;
    const entities = representations?.length;
    const call = trace?.startCall({ subgraph, url: this.#url, kind, operationName, entities, resends });
    const startedAt = performance.now();
    try {
      const reply = await send(call ? { ...exchange, headers: { ...exchange.headers, ...call.headers } } : exchange);
      call?.end(reply.status);
      if (call) this.#calls.set(reply, call.reference);
      this.#count(reply.status, startedAt);
      return reply;
    } catch (error) {
      call?.end(undefined, error);
      this.#count('none', startedAt);
      throw error;
    }
  }

  #count(status: number | 'none', startedAt: number): void {
    this.#metrics?.calls.add(this.#subgraph, status);
    this.#metrics?.callDuration.add(this.#subgraph, (performance.now() - startedAt) / 1000);
  }
}

function outcomeOf(error: unknown): string {
  return (error instanceof ExpectedError && OUTCOMES.get(error.extensions.code)) || 'failed';
}

/** Query strings may have keys in them, as credentials do. */
function withoutSecrets(url: URL): URL {
  return new URL(url.pathname, url.origin);
}

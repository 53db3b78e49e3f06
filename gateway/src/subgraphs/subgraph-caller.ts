import { type GraphQLAnswer, parseAnswer, type Reply } from '@lockstep/runtime/http/client/subgraph-answer.ts';
import { SubgraphClient } from '@lockstep/runtime/http/client/subgraph-client.ts';
import type { Lifetime } from '@lockstep/runtime/http/deadline.ts';
import type { Logger } from '@lockstep/runtime/logging.ts';
import type { TrafficShaping } from '../configuration/sections/traffic-shaping.ts';
import type { SubgraphSettings } from '../configuration/supergraph-file.ts';
import type { FetchRequest } from '../execution/fetching/fetch-request.ts';
import type { BreakerState } from '../telemetry/metrics.ts';
import type { CallContext } from './call-context.ts';
import type { CallObserver } from './call-observer.ts';
import { CallsInFlight } from './calls-in-flight.ts';
import { CircuitBreaker } from './circuit-breaker.ts';
import { EntityBatches } from './entity-batches.ts';
import type { ForwardedHeaders } from './forwarded-headers.ts';
import { Retry } from './retry.ts';

/** How the calls to one subgraph are made. */
export interface CallerOptions {
  readonly subgraph: SubgraphSettings;
  readonly traffic: TrafficShaping;
  readonly secret: string | undefined;
  readonly logger: Logger;
  readonly observer?: CallObserver | undefined;
  /** Whether somebody wants to know what HTTP said with an answer. */
  readonly keepsHeads?: boolean;
}

/**
 * Calls one subgraph for all operations of one supergraph. Queries that are alike, and entity fetches that wait together,
 * are one call, where the settings don't forbid it and the same headers go with them; a mutation is always a call of its
 * own, and sent once.
 */
export class SubgraphCaller {
  readonly #client: SubgraphClient;
  readonly #traffic: TrafficShaping;
  readonly #keepsHeads: boolean;
  readonly #retry: Retry | undefined;
  readonly #breaker: CircuitBreaker | undefined;
  readonly #inFlight = new CallsInFlight();
  readonly #observer: CallObserver | undefined;
  readonly #batches: EntityBatches;

  constructor({ subgraph, traffic, secret, logger, observer, keepsHeads = false }: CallerOptions) {
    const { name, routingUrl, timeoutMs, retry, circuitBreaker } = subgraph;
    this.#retry = retry && new Retry(retry);
    this.#breaker = circuitBreaker && new CircuitBreaker(subgraph, circuitBreaker, logger);
    this.#client = new SubgraphClient({ name, url: routingUrl, timeoutMs, secret, logger });
    this.#traffic = traffic;
    this.#observer = observer;
    this.#batches = new EntityBatches((request, headers, lifetime) => this.#ask(request, headers, lifetime), observer);
    this.#keepsHeads = keepsHeads;
  }

  /** @throws `SUBGRAPH_UNAVAILABLE`, `DEADLINE_EXCEEDED` */
  call(request: FetchRequest, context: CallContext): Promise<GraphQLAnswer> {
    return this.#observer
      ? this.#observer.fetch((traced) => this.#guarded(request, traced), context)
      : this.#guarded(request, context);
  }

  /** How its circuit breaker is; undefined where it has none. */
  get breakerState(): BreakerState | undefined {
    return this.#breaker?.state;
  }

  close(): Promise<void> {
    return this.#client.close();
  }

  #guarded(request: FetchRequest, context: CallContext): Promise<GraphQLAnswer> {
    const call = () => this.#call(request, context);
    return this.#breaker ? this.#breaker.run(call, context) : call();
  }

  #call(request: FetchRequest, context: CallContext): Promise<GraphQLAnswer> {
    const { headers } = context;
    const isBatched = request.representations !== undefined && this.#traffic.batchEntities;
    return this.#client.inTime(
      (limit) => (isBatched ? this.#batches.fetch(request, headers, limit) : this.#ask(request, headers, limit)),
      context,
    );
  }

  /** Each who waits reads the reply anew: answers are changed as they are merged. */
  async #ask(request: FetchRequest, headers: ForwardedHeaders, lifetime: Lifetime): Promise<GraphQLAnswer> {
    const isQuery = request.constants.kind === 'query';
    let isOwn = false;
    const start = (limit: Lifetime) => {
      isOwn = true;
      const send = this.#sender(request, headers, limit);
      return isQuery && this.#retry ? this.#retry.run(send, limit) : send();
    };
    const isShared = isQuery && this.#traffic.deduplicateQuery;
    const identity = `${headers.identity} ${request.toIdentity()}`;
    const reply = await (isShared ? this.#inFlight.join(identity, lifetime, start) : start(lifetime));
    if (!isOwn) this.#observer?.joined(headers, reply);
    const answer = parseAnswer(reply);
    if (this.#keepsHeads) answer.head = { status: reply.status, headers: reply.headers };
    return answer;
  }

  #sender(request: FetchRequest, headers: ForwardedHeaders, limit: Lifetime): () => Promise<Reply> {
    const exchange = { body: request.toBody(), isQuery: request.constants.kind === 'query', headers: headers.values };
    return this.#observer
      ? this.#observer.sender(request, headers, exchange, (traced) => this.#client.exchange(traced, limit))
      : () => this.#client.exchange(exchange, limit);
  }
}

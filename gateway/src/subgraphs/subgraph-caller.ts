import { type GraphQLAnswer, parseAnswer } from '@lockstep/runtime/http/subgraph-answer.ts';
import { SubgraphClient } from '@lockstep/runtime/http/subgraph-client.ts';
import type { Logger } from '@lockstep/runtime/logging.ts';
import type { SubgraphSettings, TrafficShaping } from '../configuration/supergraph-file.ts';
import type { FetchRequest } from '../execution/fetching/fetch-request.ts';
import { CallsInFlight } from './calls-in-flight.ts';
import { EntityBatches } from './entity-batches.ts';

/** How the calls to one subgraph are made. */
export interface CallerOptions {
  readonly subgraph: SubgraphSettings;
  readonly traffic: TrafficShaping;
  readonly secret: string | undefined;
  readonly logger: Logger;
}

/**
 * Calls one subgraph for all operations of one supergraph. Queries that are alike, and entity fetches that wait together,
 * are one call, where the settings don't forbid it; a mutation is always a call of its own. All calls carry the same
 * headers: nothing of a client's goes to a subgraph.
 */
export class SubgraphCaller {
  readonly #client: SubgraphClient;
  readonly #traffic: TrafficShaping;
  readonly #inFlight = new CallsInFlight();
  readonly #batches = new EntityBatches((request, signal) => this.#ask(request, signal));

  constructor({ subgraph: { name, routingUrl, timeoutMs }, traffic, secret, logger }: CallerOptions) {
    this.#client = new SubgraphClient({ name, url: routingUrl, timeoutMs, secret, logger });
    this.#traffic = traffic;
  }

  /**
   * @param signal aborted when the client leaves
   * @throws `SUBGRAPH_UNAVAILABLE`, `DEADLINE_EXCEEDED`
   */
  call(request: FetchRequest, signal: AbortSignal | undefined): Promise<GraphQLAnswer> {
    const isBatched = request.representations !== undefined && this.#traffic.batchEntities;
    return this.#client.inTime(
      (limit) => (isBatched ? this.#batches.fetch(request, limit) : this.#ask(request, limit)),
      signal,
    );
  }

  close(): Promise<void> {
    return this.#client.close();
  }

  /** Each who waits reads the reply anew: answers are changed as they are merged. */
  async #ask(request: FetchRequest, signal: AbortSignal): Promise<GraphQLAnswer> {
    const start = (limit: AbortSignal) => this.#client.exchange(request.toBody(), limit);
    const isShared = request.constants.kind === 'query' && this.#traffic.deduplicateQuery;
    return parseAnswer(await (isShared ? this.#inFlight.join(request.toIdentity(), signal, start) : start(signal)));
  }
}

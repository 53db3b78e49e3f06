import type { GraphQLAnswer, Reply } from '@lockstep/runtime/http/client/subgraph-answer.ts';
import { SubgraphClient } from '@lockstep/runtime/http/client/subgraph-client.ts';
import { Deadline } from '@lockstep/runtime/http/deadline.ts';
import type { Logger } from '@lockstep/runtime/logging.ts';
import { toClientTls } from '../configuration/certificates.ts';
import type { TrafficShaping } from '../configuration/sections/traffic-shaping.ts';
import { type SubgraphSettings, secretOf } from '../configuration/supergraph-file.ts';
import type { BreakerState } from '../telemetry/figures.ts';
import { batch } from './batch.ts';
import { type CacheOptions, cache } from './caching/response-cache.ts';
import { type Call, inOrder } from './call-step.ts';
import type { CallTelemetry } from './call-telemetry.ts';
import { breakCircuit, CircuitBreaker } from './circuit-breaker.ts';
import { EndedMutations } from './ended-mutations.ts';
import { limit } from './limit.ts';
import { retry } from './retry.ts';
import { send } from './send.ts';
import { share } from './share.ts';
import { timeCalls } from './time-calls.ts';

/** Options for the calls to one subgraph. */
export interface CallerOptions {
  readonly subgraph: SubgraphSettings;
  readonly traffic: TrafficShaping;
  /** Secret shared by the subgraphs that have none of their own. */
  readonly secret: string | undefined;
  readonly logger: Logger;
  /** Set if each call that fails is logged, and not only the first of an outage. */
  readonly logsFailures?: boolean;
  /** Undefined if there are neither metrics nor traces. */
  readonly telemetry?: CallTelemetry | undefined;
  /** Length of the longest reply that is accepted. */
  readonly maxReplyBytes?: number;
  /** The same for all subgraphs of a supergraph. */
  readonly mutations?: EndedMutations;
  /** Set if header rules or hooks need the status and headers of answers. */
  readonly keepsHeads?: boolean;
  /** Set if clients may ask for the timings of calls. */
  readonly timesCalls?: boolean;
  /** Undefined if nothing is cached of any subgraph. */
  readonly cache?: Omit<CacheOptions, 'keepsHeads' | 'counts'> | undefined;
}

/** Time that a subgraph has to show that it is up. */
const PROBE_TIMEOUT_MS = 2000;

/**
 * Calls one subgraph for all operations of one supergraph. Queries that are alike, and entity fetches that wait together,
 * are one call, unless the settings forbid it or their headers differ; a mutation is always a call of its own, and sent
 * once.
 */
export class SubgraphCaller {
  /** Makes a call. @throws `SUBGRAPH_UNAVAILABLE`, `OUTCOME_UNKNOWN`, `DEADLINE_EXCEEDED` */
  readonly call: Call<GraphQLAnswer>;
  readonly #client: SubgraphClient;
  readonly #breaker: CircuitBreaker | undefined;

  constructor(options: CallerOptions) {
    const { subgraph, logger, logsFailures, maxReplyBytes } = options;
    const { name, routingUrl, routingUrls, timeoutMs, circuitBreaker, compressedReplies, certificates } = subgraph;
    const secret = secretOf(subgraph, options.secret);
    this.#client = new SubgraphClient({
      name,
      url: routingUrl,
      urls: routingUrls,
      timeoutMs,
      secret,
      tls: toClientTls(certificates),
      logger,
      logsFailures,
      maxReplyBytes,
      compressedReplies,
      noteOutcome: options.telemetry?.noteInstance,
    });
    this.#breaker = circuitBreaker && new CircuitBreaker(subgraph, circuitBreaker, logger, this.#client);
    this.call = steps(options, this.#client, this.#breaker);
  }

  /** State of its circuit breaker; undefined if it has none. */
  get breakerState(): BreakerState | undefined {
    return this.#breaker?.state;
  }

  /** States of its instances, if it has several. */
  get instances(): Iterable<readonly [instance: string, isIn: boolean]> {
    return this.#client.instances;
  }

  /** Asks the subgraph for nothing, past its circuit breaker. @throws if it gives no answer in GraphQL */
  async probe(): Promise<void> {
    const { signal } = new AbortController();
    await this.#client.call({ query: '{ __typename }' }, { signal, deadline: new Deadline(PROBE_TIMEOUT_MS) });
  }

  close(): Promise<void> {
    this.#breaker?.retire();
    return this.#client.close();
  }
}

/**
 * Returns the steps of a call, in order. Down to `share` a call is one fetch of one operation; below it, it may be made
 * for several, and each of them reads the reply for itself.
 */
function steps(
  {
    subgraph,
    traffic,
    telemetry,
    mutations = new EndedMutations(),
    keepsHeads = false,
    timesCalls = false,
    cache: caching,
  }: CallerOptions,
  client: SubgraphClient,
  breaker: CircuitBreaker | undefined,
): Call<GraphQLAnswer> {
  return inOrder<GraphQLAnswer>(
    [
      telemetry?.observe, // counts, times and traces the fetch
      caching && cache({ ...caching, keepsHeads, counts: telemetry?.cacheCounts }), // takes what is stored
      breaker && breakCircuit(breaker), // refuses it while the subgraph fails
      limit(client), // ends it in time, and gives its failure a code
      (traffic.batchEntities || traffic.mergeFetches) && batch({ joinsOperations: traffic.batchEntities, telemetry }), // joins entity fetches that wait at the same moment
    ],
    share(
      {
        client,
        sharesQueries: traffic.deduplicateQuery,
        keepsHeads: keepsHeads || caching?.settings !== undefined,
        telemetry,
        mutations,
      },
      inOrder<Reply>(
        [
          subgraph.retry && retry(subgraph.retry, subgraph.routingUrls !== undefined), // repeats queries
          telemetry?.measure, // counts, times and traces each attempt
          timesCalls && timeCalls, // notes each attempt for the clients that ask for it
        ],
        send(client),
      ),
    ),
  );
}

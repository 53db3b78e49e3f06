import { ExpectedError } from '@lockstep/runtime/graphql/errors.ts';
import { withoutSearch } from '@lockstep/runtime/http/client/instance.ts';
import type { InstanceOutcome } from '@lockstep/runtime/http/client/instance-pool.ts';
import type { GraphQLAnswer, Reply } from '@lockstep/runtime/http/client/subgraph-answer.ts';
import type { CallDescription } from '@lockstep/runtime/request-scope.ts';
import type { SubgraphSettings } from '../configuration/supergraph-file.ts';
import type { FetchRequest } from '../execution/fetching/fetch-request.ts';
import type { CacheCounts } from '../telemetry/cache-counts.ts';
import type { Instruments } from '../telemetry/instruments.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import type { FetchTrace } from '../telemetry/operation-trace.ts';
import type { CallContext } from './call-context.ts';
import type { Step } from './call-step.ts';

/** Outcomes of fetches by the code of their error. */
const OUTCOMES = new Map<unknown, string>([
  ['SUBGRAPH_UNAVAILABLE', 'unavailable'],
  ['OUTCOME_UNKNOWN', 'outcome_unknown'],
  ['DEADLINE_EXCEEDED', 'deadline_exceeded'],
]);

/** Counts, times and traces the calls to one subgraph. */
export class CallTelemetry {
  readonly #subgraph: string;
  readonly #url: URL;
  readonly #metrics: Metrics | undefined;
  /** Describes the calls of which nothing is sent. */
  readonly #anyCall: CallDescription;

  private constructor({ name, routingUrl }: SubgraphSettings, metrics: Metrics | undefined) {
    this.#subgraph = name;
    this.#url = withoutSearch(new URL(routingUrl));
    this.#metrics = metrics;
    this.#anyCall = { subgraph: name, url: this.#url, kind: 'query', operationName: undefined };
  }

  /** Returns undefined if there are neither metrics nor traces. */
  static of(subgraph: SubgraphSettings, { metrics, tracing }: Instruments): CallTelemetry | undefined {
    return metrics || tracing ? new CallTelemetry(subgraph, metrics) : undefined;
  }

  /** Counts of what its fetches find in the cache; undefined if there are no metrics. */
  get cacheCounts(): CacheCounts | undefined {
    return this.#metrics?.cacheCountsOf(this.#subgraph);
  }

  /** Counts the outcome of a request to one of several instances. */
  readonly noteInstance = (instance: string, outcome: InstanceOutcome): void => {
    this.#metrics?.instanceCallsOf(this.#subgraph).add(instance, outcome);
  };

  /** Step of one fetch of an operation, which may share its call with others. */
  readonly observe: Step<GraphQLAnswer> = (next) => {
    const observed = this.#observe(next);
    return (request, context) => {
      const { trace } = context;
      if (this.#metrics || trace?.isRecording) return observed(request, context);
      return next(request, trace ? withFetch(context, trace.startFetch()) : context);
    };
  };

  readonly #observe: Step<GraphQLAnswer> = (next) => (request, context) => {
    const fetchTrace = context.trace?.startFetch();
    const end = (outcome: string) => {
      this.#metrics?.fetches.add(this.#subgraph, outcome);
      fetchTrace?.end(this.#subgraph, outcome);
    };
    const answering = next(request, fetchTrace ? withFetch(context, fetchTrace) : context);
    answering.then(
      () => end('answered'),
      (error: unknown) => end(context.signal.aborted ? 'abandoned' : outcomeOf(error)),
    );
    return answering; // a promise of its own would cost each fetch some turns
  };

  /** Step of one attempt of a call. */
  readonly measure: Step<Reply> = (next) => {
    const measured = this.#measure(next);
    return (request, context) => {
      const { fetchTrace } = context;
      if (this.#metrics || fetchTrace?.isRecording) return measured(request, context);
      const trace = fetchTrace?.startCall(this.#anyCall);
      return next(request, trace ? { ...context, traceHeaders: trace.headers } : context);
    };
  };

  readonly #measure: Step<Reply> = (next) => (request, context) => {
    const { resends = 0, fetchTrace } = context;
    if (resends > 0) this.#metrics?.retries.add(this.#subgraph, '');
    const trace = fetchTrace?.startCall(this.#describe(request, resends));
    const startedAt = performance.now();
    const replying = next(request, trace ? { ...context, traceHeaders: trace.headers } : context);
    replying.then(
      (reply) => {
        trace?.end(reply.status, undefined, reply.instance);
        this.#metrics?.noteCall(this.#subgraph, reply.status, startedAt);
      },
      (error: unknown) => {
        trace?.end(undefined, error);
        this.#metrics?.noteCall(this.#subgraph, 'none', startedAt);
      },
    );
    return replying;
  };

  /** Notes that a fetch had the reply to a call that was under way already, for the first one's fetch. */
  joined({ fetchTrace }: CallContext, first: FetchTrace | undefined): void {
    this.#metrics?.saved.add(this.#subgraph, 'deduplication');
    fetchTrace?.share(first?.call);
  }

  /**
   * Notes that fetches travelled as one call, which was the first one's.
   *
   * @param documents number of documents that the call's was merged of
   */
  batched([first, ...others]: readonly CallContext[], documents: number): void {
    if (documents > 1) this.#metrics?.saved.add(this.#subgraph, 'merging', documents - 1);
    const batched = others.length + 1 - documents;
    if (batched > 0) this.#metrics?.saved.add(this.#subgraph, 'batching', batched);
    for (const { fetchTrace } of others) fetchTrace?.share(first?.fetchTrace?.call);
  }

  #describe({ constants, representations }: FetchRequest, resends: number): CallDescription {
    const { kind, operationName } = constants;
    const entities = representations?.length;
    return { subgraph: this.#subgraph, url: this.#url, kind, operationName, entities, resends };
  }
}

function withFetch(context: CallContext, fetchTrace: FetchTrace): CallContext {
  return { ...context, headers: context.headers.withoutTraceContext(), fetchTrace };
}

function outcomeOf(error: unknown): string {
  return (error instanceof ExpectedError && OUTCOMES.get(error.extensions.code)) || 'failed';
}

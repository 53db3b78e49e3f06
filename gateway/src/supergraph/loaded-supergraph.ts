import type { GraphQLAnswer } from '@lockstep/runtime/http/client/subgraph-answer.ts';
import type { Logger } from '@lockstep/runtime/logging.ts';
import { isPromise } from '@lockstep/runtime/promises.ts';
import { requestScope } from '@lockstep/runtime/request-scope.ts';
import { GraphQLError } from 'graphql';
import type { SupergraphSettings } from '../configuration/supergraph-file.ts';
import type { AnswerLimits } from '../execution/answer-budget.ts';
import { TimedFetches } from '../execution/timeline/timed-fetches.ts';
import type { FetchTiming } from '../execution/timeline/timeline.ts';
import type { GatewayHooks } from '../hooks/gateway-hooks.ts';
import { DenialReport } from '../operations/authorization/denial-report.ts';
import { CompiledOperation } from '../operations/compiled-operation.ts';
import type { Compiled } from '../operations/operation-compiler.ts';
import type { OperationResult } from '../operations/operation-result.ts';
import { type Found, Operations } from '../operations/operations.ts';
import { RequestDependentOperation, type Variant } from '../operations/request-dependent-operation.ts';
import { UnsupportedOperation, UnsupportedOperationLog } from '../operations/unsupported-operation.ts';
import { type Hooks, VariantChoice } from '../operations/variant-choice.ts';
import type { OpenPlanner } from '../planning/planner.ts';
import type { SubgraphSchema } from '../planning/subgraph-schema.ts';
import { type OpenStore, processStores } from '../subgraphs/caching/process-stores.ts';
import type { CallContext } from '../subgraphs/call-context.ts';
import type { Call } from '../subgraphs/call-step.ts';
import { EndedMutations } from '../subgraphs/ended-mutations.ts';
import { ForwardedHeaders } from '../subgraphs/forwarded-headers.ts';
import { CompileTelemetry } from '../telemetry/compile-telemetry.ts';
import type { BreakerState, CacheFigures, Counts, SupergraphFigures } from '../telemetry/figures.ts';
import type { Instruments } from '../telemetry/instruments.ts';
import { loadApolloEngine } from './apollo-engine.ts';
import { type Callers, callerOf, closeCallers, openCallers, probeSubgraphs, type SubgraphState } from './callers.ts';
import type { Executor, RequestContext } from './executor.ts';
import { subscriptionWarning } from './subscription-warning.ts';

/** A supergraph and the settings of its calls. */
export interface Supergraph extends SupergraphSettings {
  readonly schemas: readonly SubgraphSchema[];
}

/** Functions from the operator's modules. */
export interface AllHooks extends Hooks {
  readonly ofGateway?: GatewayHooks | undefined;
}

/** Data of a request that its compiled operation needs. */
export interface RunContext extends Pick<RequestContext, 'document' | 'queryHash' | 'source' | 'context'> {
  readonly request: {
    readonly operationName?: string | undefined;
    readonly variables?: Readonly<Record<string, unknown>> | undefined;
  };
}

type Result = Awaited<ReturnType<Executor>>;

/** Telemetry of a supergraph, with the counts that continue from the one before. */
export interface SupergraphInstruments extends Instruments {
  readonly counts?: Counts | undefined;
}

/** Parts that plan and execute the operations of one supergraph. */
interface Execution {
  readonly planner: OpenPlanner;
  readonly callers: Callers;
  readonly mutations: EndedMutations;
  readonly store: OpenStore | undefined;
  readonly apollo: Executor | undefined;
}

// Over 200 lines, because all parts of one supergraph meet here; each is a file of its own.
/** One supergraph, ready to run operations. */
export class LoadedSupergraph implements SupergraphFigures {
  readonly sdl: string;
  readonly operations: Operations;
  /** Hooks of the module under `gateway.hooks`. */
  readonly hooks: GatewayHooks | undefined;
  /** Undefined if nothing is cached. */
  readonly cache: CacheFigures | undefined;
  /** Counts the mutations that have ended. */
  readonly mutations: EndedMutations;
  readonly #limits: AnswerLimits;
  readonly #choice: VariantChoice;
  readonly #denials: DenialReport;
  readonly #callers: Callers;
  readonly #store: OpenStore | undefined;
  readonly #compiling: CompileTelemetry | undefined;
  readonly #unsupported: UnsupportedOperationLog;
  /** Executes all operations if the settings choose ApolloGateway. */
  readonly #apollo: Executor | undefined;

  private constructor(
    { gateway }: Supergraph,
    { planner, callers, mutations, store, apollo }: Execution,
    logger: Logger,
    hooks: AllHooks,
    { counts, metrics, tracing }: SupergraphInstruments,
  ) {
    this.sdl = planner.supergraphSdl;
    this.hooks = hooks.ofGateway;
    this.cache = store && processStores.memory;
    this.#limits = gateway.limits;
    const { directives } = gateway.authorization;
    this.operations = new Operations(planner, {
      denied: directives.dryRun ? 'told' : directives.rejectUnauthorized ? 'refused' : 'removed',
      mergesFetches: gateway.traffic.mergeFetches,
      counts: counts?.operations,
      refusals: counts?.refusals,
    });
    this.#choice = new VariantChoice(hooks, logger);
    this.#denials = new DenialReport(directives, logger, counts?.refusals);
    this.#compiling = CompileTelemetry.of(this.operations.counts, { metrics, tracing });
    this.#callers = callers;
    this.mutations = mutations;
    this.#store = store;
    this.#apollo = apollo;
    this.#unsupported = new UnsupportedOperationLog(this.operations.counts, logger);
  }

  /**
   * @param planner planner of its schemas, which it doesn't close
   * @throws {ConfigurationError} if the engine can't serve them
   */
  static async load(
    supergraph: Supergraph,
    planner: OpenPlanner,
    secret: string | undefined,
    logger: Logger,
    hooks: AllHooks = {},
    instruments: SupergraphInstruments = {},
  ): Promise<LoadedSupergraph> {
    const { gateway } = supergraph;
    const { supergraphSdl, directives, supergraphSchema } = planner;
    const warning = subscriptionWarning(supergraphSchema);
    if (warning !== undefined) logger.warn(warning);
    const store = await processStores.open(gateway.responseCache, logger);
    const mutations = new EndedMutations();
    const callers = openCallers(supergraph, planner, secret, logger, instruments, { store, mutations });
    try {
      const usesApollo = gateway.execution.engine === 'apollo';
      const apollo = usesApollo
        ? await loadApolloEngine({
            sdl: supergraphSdl,
            directives,
            callers,
            logger,
            isCached: gateway.responseCache !== undefined,
          })
        : undefined;
      return new LoadedSupergraph(
        supergraph,
        { planner, callers, mutations, store, apollo },
        logger,
        hooks,
        instruments,
      );
    } catch (error) {
      await closeCallers(callers);
      await store?.close();
      throw error;
    }
  }

  /** Compiles the most used operations of the supergraph before this one. */
  async warmUp(before: LoadedSupergraph): Promise<void> {
    if (!this.#apollo) await this.operations.warmUp(before.operations);
  }

  async execute(requestContext: RequestContext): Promise<Result> {
    const { request, context } = requestContext;
    if (!requestContext.operation) return { errors: [noSuchOperation(request.operationName)] };
    if (this.#apollo) return this.#apollo(requestContext);
    const { claims, headers, signal, deadline, calls } = context;
    const found = await this.#find(requestContext);
    if (calls && found instanceof RequestDependentOperation) calls.isPersonal = true;
    const compiled =
      found instanceof RequestDependentOperation
        ? await this.#vary(
            found,
            await this.#choice.choose(found, { claims, headers, signal }, deadline),
            requestContext,
          )
        : found;
    if (compiled instanceof UnsupportedOperation) {
      this.#unsupported.add(
        { queryHash: requestContext.queryHash, operationName: request.operationName },
        compiled.reason,
      );
      return { errors: [compiled.error] };
    }
    const result = await this.#start(compiled, requestContext);
    return result.denied ? this.#denials.add(result, requestContext.operationName) : result;
  }

  /**
   * Runs compiled code that is the same for every request; rejects if compiling fails. It resolves with undefined, or is
   * undefined, if the operation is not such code: then it is for {@link execute}.
   */
  run(context: RunContext): Promise<OperationResult | undefined> | undefined {
    if (this.#apollo) return undefined;
    try {
      const found = this.#find(context);
      if (found instanceof CompiledOperation) return this.#start(found, context);
      return isPromise(found) ? this.#startOnce(found, context) : undefined;
    } catch (error) {
      return Promise.reject(error);
    }
  }

  async #startOnce(compiling: Promise<Found>, context: RunContext): Promise<OperationResult | undefined> {
    const found = await compiling;
    return found instanceof CompiledOperation ? this.#start(found, context) : undefined;
  }

  #start(compiled: CompiledOperation, { request, context }: RunContext): Promise<OperationResult> {
    const { calls, signal, deadline, bytes, record, claims, headers, timeline, cacheStatus } = context;
    const trace = record?.trace;
    const operation = this.cache && { isMutation: compiled.isMutation, claims, headers, cacheStatus };
    const own = { operation, trace, requestId: requestScope.getStore()?.id };
    const call: CallContext = { signal, deadline, bytes, headers: ForwardedHeaders.NONE, ...own };
    const send: Call<GraphQLAnswer> = calls
      ? (fetch, { timed }) =>
          calls.call(fetch, (given: CallContext) =>
            callerOf(fetch, this.#callers).call(fetch, { ...given, ...own, timed }),
          )
      : (fetch, given) => callerOf(fetch, this.#callers).call(fetch, given);
    if (timeline) timeline.plan = compiled.queryPlan;
    return compiled.execute({
      variables: request.variables,
      signal,
      limits: this.#limits,
      bytes,
      timeline,
      call: timeline
        ? (fetch) =>
            timeline.time(fetch, (timing?: FetchTiming) =>
              send(fetch, { ...call, timed: TimedFetches.of(timing, timeline) }),
            )
        : (fetch) => send(fetch, call),
    });
  }

  #find({ request, document, queryHash, source, context }: RunContext): Found | Promise<Found> {
    const operation = { document, queryHash, source, operationName: request.operationName };
    const found = this.#compiling
      ? this.#compiling.time(() => this.operations.get(operation, context), context.record?.trace)
      : this.operations.get(operation, context);
    return context.timeline && isPromise(found) ? context.timeline.timePlanning(found) : found;
  }

  #vary(varying: RequestDependentOperation, variant: Variant, { context }: RunContext): Compiled | Promise<Compiled> {
    const found = this.#compiling
      ? this.#compiling.time(() => this.operations.variant(varying, variant, context), context.record?.trace)
      : this.operations.variant(varying, variant, context);
    return context.timeline && isPromise(found) ? context.timeline.timePlanning(found) : found;
  }

  get compiledOperations(): number {
    return this.operations.size;
  }

  *breakers(): Iterable<readonly [subgraph: string, state: BreakerState]> {
    for (const [name, { breakerState }] of this.#callers) if (breakerState) yield [name, breakerState];
  }

  *instances(): Iterable<readonly [subgraph: string, instance: string, isIn: boolean]> {
    for (const [name, caller] of this.#callers) {
      for (const [instance, isIn] of caller.instances) yield [name, instance, isIn];
    }
  }

  /** Asks each subgraph if it is up. */
  probe(): Promise<SubgraphState[]> {
    return probeSubgraphs(this.#callers);
  }

  async close(): Promise<void> {
    await closeCallers(this.#callers);
    await this.#store?.close();
  }
}

/** Returns graphql-js's error for a missing operation, which Apollo Server leaves to the executor. */
function noSuchOperation(name: string | null | undefined): GraphQLError {
  if (name != null) return new GraphQLError(`Unknown operation named "${name}".`);
  return new GraphQLError('Must provide operation name if query contains multiple operations.');
}

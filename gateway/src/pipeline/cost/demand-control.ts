import type { ApolloServerPlugin, GraphQLRequestContextDidResolveOperation } from '@apollo/server';
import { ExpectedError } from '@lockstep/runtime/graphql/errors.ts';
import type { Logger } from '@lockstep/runtime/logging.ts';
import type { DemandControlSettings } from '../../configuration/sections/demand-control.ts';
import type { LoadedSupergraph } from '../../supergraph/loaded-supergraph.ts';
import type { Context } from '../../supergraph/request-context.ts';
import type { RejectionCounts } from '../../telemetry/rejection-counts.ts';
import { CostEstimates, type EstimatedOperation } from './cost-estimates.ts';

type RequestContext = GraphQLRequestContextDidResolveOperation<Context>;

type Variables = Readonly<Record<string, unknown>>;

interface DemandControlParts {
  readonly supergraph: Pick<LoadedSupergraph, 'operations'>;
  readonly logger: Logger;
  readonly refusals: RejectionCounts;
}

const RULE = 'demand_control.max_cost';

/** Estimates what each operation costs, and refuses, or counts, what costs too much. */
export class DemandControl {
  readonly #settings: DemandControlSettings;
  readonly #parts: DemandControlParts;
  readonly #estimates: CostEstimates;

  constructor(settings: DemandControlSettings, parts: DemandControlParts) {
    const { apiSchema, directives } = parts.supergraph.operations.planner;
    this.#settings = settings;
    this.#parts = parts;
    this.#estimates = new CostEstimates(apiSchema, directives.costs, settings.listSize);
  }

  /** Checks each operation that Apollo Server has validated. */
  plugin(): ApolloServerPlugin<Context> {
    const listener = { didResolveOperation: async (requestContext: RequestContext) => this.#check(requestContext) };
    return { requestDidStart: async () => listener };
  }

  /**
   * Returns a function that tells if an operation is within the limit with these variables; undefined if it is with any. One
   * that isn't has to go through {@link plugin}.
   */
  withinLimit(asked: EstimatedOperation): ((variables: Variables) => boolean) | undefined {
    const { maxCost } = this.#settings;
    const estimate = this.#estimates.of(asked);
    if (estimate.constant !== undefined && estimate.constant <= maxCost) return undefined;
    // Looked up each time, because only the cache of estimates is bounded by what they hold.
    return (variables) => findRefusal(() => this.#estimates.of(asked).of(variables), maxCost) === undefined;
  }

  /** @throws {GraphQLError} if the operation costs too much */
  #check({ document, operation, queryHash, request }: RequestContext): void {
    if (!operation) return; // Apollo Server has the words for it
    const { maxCost, isEnforced } = this.#settings;
    const { logger, refusals } = this.#parts;
    const { operationName, variables = {} } = request;
    const estimate = this.#estimates.of({ document, operation, queryHash, operationName });
    const refusal = findRefusal(() => estimate.of(variables), maxCost);
    if (!refusal) return;
    refusals.add(RULE, isEnforced ? 'refused' : 'passed');
    if (isEnforced) throw refusal;
    const { message, extensions } = refusal;
    logger.warn(
      { operation: operation.name?.value, cost: extensions.cost },
      `${message} It passes: it is only measured.`,
    );
  }
}

function findRefusal(estimate: () => number, max: number): ExpectedError | undefined {
  try {
    const estimated = estimate();
    return estimated > max ? tooExpensive({ estimated, max }) : undefined;
  } catch (error) {
    if (error instanceof ExpectedError) return error;
    throw error;
  }
}

function tooExpensive(cost: { estimated: number; max: number }): ExpectedError {
  const message = `The operation would cost ${cost.estimated} by estimate, and at most ${cost.max} is allowed.`;
  return new ExpectedError('OPERATION_LIMIT_EXCEEDED', message, {
    extensions: { limit: RULE, cost, http: { status: 400 } },
  });
}

import type { ApolloServerPlugin, GraphQLRequestContextDidResolveOperation } from '@apollo/server';
import { ExpectedError } from '@lockstep/runtime/graphql/errors.ts';
import type { Logger } from '@lockstep/runtime/logging.ts';
import type { DocumentNode, GraphQLSchema, OperationDefinitionNode } from 'graphql';
import type { DemandControlSettings } from '../../configuration/sections/demand-control.ts';
import type { CostDirectives, Planner } from '../../planning/planner.ts';
import type { Context } from '../../supergraph/request-context.ts';
import type { RejectionCounts } from '../../telemetry/rejection-counts.ts';
import { withAbstractTypes } from './cost-directives.ts';
import { type CostModel, compileEstimate, type Estimate } from './estimate.ts';

type RequestContext = GraphQLRequestContextDidResolveOperation<Context>;

interface DemandControlParts {
  readonly planner: Pick<Planner, 'apiSchema' | 'directives'>;
  readonly logger: Logger;
  readonly refusals: RejectionCounts;
}

const RULE = 'demand_control.max_cost';

/** Estimates what each operation costs once it is validated, and refuses, or counts, what costs too much. */
export function demandControl(settings: DemandControlSettings, parts: DemandControlParts): ApolloServerPlugin<Context> {
  const { apiSchema, directives } = parts.planner;
  const estimates = new CostEstimates(apiSchema, directives.costs, settings.listSize);
  const listener = {
    async didResolveOperation(requestContext: RequestContext) {
      check(requestContext, estimates, settings, parts);
    },
  };
  return { requestDidStart: async () => listener };
}

/** @throws {GraphQLError} if the operation costs too much */
function check(
  { document, operation, request }: RequestContext,
  estimates: CostEstimates,
  { maxCost, isEnforced }: DemandControlSettings,
  { logger, refusals }: DemandControlParts,
): void {
  if (!operation) return; // Apollo Server has the words for it
  const refusal = findRefusal(() => estimates.of(document, operation)(request.variables ?? {}), maxCost);
  if (!refusal) return;
  refusals.add(RULE, isEnforced ? 'refused' : 'passed');
  if (isEnforced) throw refusal;
  const { message, extensions } = refusal;
  logger.warn(
    { operation: operation.name?.value, cost: extensions.cost },
    `${message} It passes: it is only measured.`,
  );
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

/** The estimates of one supergraph's operations, each compiled when it first comes and kept as long as its document. */
export class CostEstimates {
  readonly #model: CostModel;
  readonly #compiled = new WeakMap<OperationDefinitionNode, Estimate>();

  constructor(apiSchema: GraphQLSchema, directives: CostDirectives, listSize: number) {
    this.#model = { schema: apiSchema, directives: withAbstractTypes(directives, apiSchema), listSize };
  }

  of(document: DocumentNode, operation: OperationDefinitionNode): Estimate {
    const known = this.#compiled.get(operation);
    if (known) return known;
    const estimate = compileEstimate(this.#model, document, operation);
    this.#compiled.set(operation, estimate);
    return estimate;
  }
}

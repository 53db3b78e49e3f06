import { ConfigurationError } from '@lockstep/runtime/configuration-error.ts';
import type { Logger } from '@lockstep/runtime/logging.ts';
import { OperationTypeNode } from 'graphql';
import { subscriptionsNotSupported } from '../operations/unsupported-operation.ts';
import type { SupergraphDirectives } from '../planning/planner.ts';
import type { SubgraphCaller } from '../subgraphs/subgraph-caller.ts';
import { SubgraphDataSource } from './data-source.ts';
import type { Executor } from './executor.ts';

export interface ApolloEngineParts {
  readonly sdl: string;
  readonly directives: SupergraphDirectives;
  readonly callers: ReadonlyMap<string, SubgraphCaller>;
  readonly logger: Logger;
  /** True if answers are to be cached, which they are not then. */
  readonly isCached: boolean;
}

/**
 * Loads ApolloGateway to execute the operations of a supergraph. Its calls go through the same callers as all others.
 *
 * @throws {ConfigurationError} if the supergraph has what ApolloGateway can't execute
 */
export async function loadApolloEngine({
  sdl,
  directives,
  callers,
  logger,
  isCached,
}: ApolloEngineParts): Promise<Executor> {
  checkDirectives(directives);
  if (isCached) logger.warn(NOT_CACHED);
  const { ApolloGateway } = await import('@apollo/gateway'); // 25 MB that the compiled engine doesn't need
  const gateway = new ApolloGateway({
    supergraphSdl: sdl,
    logger: logger.child({}, { level: 'warn' }),
    buildService: ({ name }) => {
      const caller = callers.get(name);
      if (!caller) throw new Error(`the supergraph has a subgraph ${name} that was not composed into it`);
      return new SubgraphDataSource(name, caller);
    },
  });
  const { executor } = await gateway.load();
  if (!executor) throw new Error('ApolloGateway has no executor');
  return async (request) => {
    const isSubscription = request.operation?.operation === OperationTypeNode.SUBSCRIPTION;
    return isSubscription ? { errors: [subscriptionsNotSupported()] } : executor(request);
  };
}

/** Its fetches ask for one entity several times, among their variables: nothing tells which entities an answer is made of. */
const NOT_CACHED =
  'gateway.response_cache: nothing is cached with gateway.execution.engine: apollo, whose entity fetches can not be taken apart; set ' +
  'it to compiled, or turn the cache off';

/** @throws {ConfigurationError} */
function checkDirectives({ authorization, overrideLabels, usesContext, cacheTags }: SupergraphDirectives): void {
  const [rule] = authorization;
  const [labelled] = overrideLabels.keys();
  if (rule) throw notExecutable(`enforces no @${rule.name}, which is on ${rule.coordinate}`);
  if (usesContext) throw notExecutable('does not know @context and @fromContext, which the schemas use');
  if (cacheTags.length > 0) throw notExecutable('does not know @cacheTag, which the schemas use');
  if (labelled !== undefined) throw notExecutable(`chooses no labels of @override, which fields of ${labelled} have`);
}

function notExecutable(reason: string): ConfigurationError {
  return new ConfigurationError(
    `gateway.execution.engine: apollo can't serve these schemas: ApolloGateway ${reason}. ` +
      'Set it to compiled, or take that out of the schemas.',
  );
}

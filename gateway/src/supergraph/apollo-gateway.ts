import type { Logger } from '@lockstep/runtime/logging.ts';
import { SubgraphDataSource } from '../subgraphs/data-source.ts';
import type { SubgraphCaller } from '../subgraphs/subgraph-caller.ts';
import type { Executor } from './loaded-supergraph.ts';

/** ApolloGateway as it is, for operations that can't be compiled. It calls subgraphs as all else does. */
export async function loadApolloGateway(
  supergraphSdl: string,
  callers: ReadonlyMap<string, SubgraphCaller>,
  logger: Logger,
): Promise<Executor> {
  const { ApolloGateway } = await import('@apollo/gateway'); // 25 MB that hardly any process needs
  const gateway = new ApolloGateway({
    supergraphSdl,
    logger: logger.child({}, { level: 'warn' }),
    buildService: ({ name }) => {
      const caller = callers.get(name);
      if (!caller) throw new Error(`the supergraph has a subgraph ${name} that was not composed into it`);
      return new SubgraphDataSource(name, caller);
    },
  });
  return (await gateway.load()).executor;
}

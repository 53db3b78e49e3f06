import type { Logger } from '@lockstep/runtime/logging.ts';
import { SubgraphDataSource } from '../subgraphs/data-source.ts';
import type { Executor } from './handover.ts';
import type { Supergraph } from './loaded-supergraph.ts';

/** ApolloGateway as it is, for operations that can't be compiled. */
export async function loadApolloGateway(
  supergraph: Supergraph,
  secret: string | undefined,
  logger: Logger,
): Promise<Executor> {
  const settings = new Map(supergraph.subgraphs.map((subgraph) => [subgraph.name, subgraph]));
  const { ApolloGateway } = await import('@apollo/gateway'); // 25 MB that hardly any process needs
  const gateway = new ApolloGateway({
    supergraphSdl: supergraph.sdl,
    logger: logger.child({}, { level: 'warn' }),
    buildService: ({ name }) => {
      const subgraph = settings.get(name);
      if (!subgraph) throw new Error(`the supergraph has a subgraph ${name} that was not composed into it`);
      return new SubgraphDataSource(subgraph, secret, logger);
    },
  });
  return (await gateway.load()).executor;
}

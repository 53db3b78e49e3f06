import { run } from '@lockstep/runtime/lifecycle.ts';
import { serveFederatedSubgraph } from '../../../harness/federated-subgraph.ts';
import { Scope } from '../../graphs/searched-graph.ts';
import { wideResolvers } from './resolvers.ts';
import { wideSchemas } from './schemas.ts';

// The subgraphs of the wide graph, in one process, built as the project's are.

const config = {
  isProduction: false,
  host: '127.0.0.1',
  drainDelayMs: 0,
  logging: { format: 'json' as const, level: 'info' },
  secret: undefined,
};

await run(
  'wide',
  () => config,
  async (_config, logger) => {
    const scope = new Scope();
    const urls: string[] = [];
    for (const typeDefs of wideSchemas()) {
      urls.push(await serveFederatedSubgraph(scope, { typeDefs, resolvers: wideResolvers(typeDefs) }));
    }
    logger.info({ urls: urls.join(' ') }, `the wide graph answers at ${urls[0]}`);
    return { stop: () => scope.end() };
  },
);

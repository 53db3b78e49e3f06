import { listen } from '@lockstep/runtime/http/server/server.ts';
import { createLogger } from '@lockstep/runtime/logging.ts';
import type { Operation } from '@lockstep/subgraph-kit/execution/subgraph-executor.ts';
import { buildSubgraph, type SubgraphOptions } from '@lockstep/subgraph-kit/subgraph.ts';
import type { Afterwards } from './graph.ts';

/**
 * Serves a test's own subgraph, built as the project's are. It ends with the test.
 *
 * @returns its routing URL
 */
export async function serveFederatedSubgraph(
  t: Afterwards,
  { typeDefs, resolvers }: Pick<SubgraphOptions<Operation>, 'typeDefs' | 'resolvers'>,
): Promise<string> {
  const logging = { format: 'json' as const, level: 'silent' };
  const { handler, stop } = await buildSubgraph({
    typeDefs,
    resolvers,
    context: (operation) => operation,
    isReady: async () => {},
    config: { isProduction: false, host: '127.0.0.1', drainDelayMs: 0, logging, secret: undefined },
    logger: createLogger('subgraph', logging),
  });
  const listening = await listen(handler, { host: '127.0.0.1', port: 0, portVariable: '', drainDelayMs: 0 });
  t.after(async () => {
    await listening.stop();
    await stop();
  });
  return `http://127.0.0.1:${listening.port}/graphql`;
}

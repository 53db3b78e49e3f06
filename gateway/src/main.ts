import { listen } from '@lockstep/runtime/http/server.ts';
import { run } from '@lockstep/runtime/lifecycle.ts';
import { readConfig } from './configuration/environment.ts';
import { createServer } from './http/server.ts';
import { followSupergraph } from './supergraph/follow.ts';

await run('gateway', readConfig, async (config, logger) => {
  const supergraph = await followSupergraph(config, logger);
  const server = await createServer(supergraph.handover, config, logger);
  const listening = await listen(server.handler, config);
  logger.info(`gateway answers at http://${config.host}:${listening.port}/graphql`);
  return {
    async stop() {
      supergraph.stop();
      await listening.stop();
      await server.stop();
    },
  };
});

import { listen } from '@lockstep/runtime/http/server/server.ts';
import { run } from '@lockstep/runtime/lifecycle.ts';
import { readConfig } from './config.ts';
import { createServer } from './server.ts';

await run('products', readConfig, async (config, logger) => {
  const server = await createServer(config, logger);
  const listening = await listen(server.handler, config);
  logger.info(`products answers at http://${config.host}:${listening.port}/graphql`);
  return {
    async stop() {
      await listening.stop();
      await server.stop();
    },
  };
});

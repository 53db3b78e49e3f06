import { listen } from '@lockstep/runtime/http/server.ts';
import { run } from '@lockstep/runtime/lifecycle.ts';
import { readConfig } from './configuration/environment.ts';
import { GatewayServer } from './http/server.ts';
import { Refusals } from './protection/refusals.ts';
import { followSupergraph } from './supergraph/follow.ts';

await run('gateway', readConfig, async (config, logger) => {
  const supergraph = await followSupergraph(config, logger);
  const parts = { gateway: supergraph.handover, config, logger, refusals: new Refusals() };
  const server = await GatewayServer.start(parts, supergraph.settings());
  supergraph.onSettings((settings) => server.adopt(settings));
  const listening = await listen(server.handler, config);
  logger.info(`gateway answers at http://${config.host}:${listening.port}/graphql`);
  return {
    async stop() {
      supergraph.stop();
      await listening.stop();
      await server.stop();
      await supergraph.handover.stop();
    },
  };
});

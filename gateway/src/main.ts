import { releaseGarbage } from '@lockstep/runtime/garbage.ts';
import { listen } from '@lockstep/runtime/http/server/server.ts';
import { run } from '@lockstep/runtime/lifecycle.ts';
import { PORT_VARIABLE, readConfig } from './configuration/environment.ts';
import { toAuthority } from './configuration/sections/endpoint.ts';
import { GatewayServer } from './pipeline/server.ts';
import { followSupergraph } from './supergraph/supergraph-watcher.ts';
import { Telemetry } from './telemetry/telemetry.ts';

await run('gateway', readConfig, async (config, logger) => {
  let phase: 'serving' | 'stopping' = 'serving';
  const telemetry = new Telemetry(logger);
  const supergraph = await followSupergraph(config, logger, telemetry);
  const settings = supergraph.settings();
  const { refusals } = telemetry.counts;
  const parts = { logger, refusals, telemetry, isReady: () => phase === 'serving' };
  const server = await GatewayServer.start(parts, settings, supergraph.handover.current);
  supergraph.onChange((settings, loaded) => server.prepare(settings, loaded));
  const { host } = settings.listen;
  await releaseGarbage();
  const listening = await listen(server.handler, { ...config, ...settings.listen, portVariable: PORT_VARIABLE });
  logger.info(`gateway answers at http://${toAuthority({ host, port: listening.port })}${settings.path}`);
  return {
    async stop() {
      phase = 'stopping';
      supergraph.stop();
      await listening.stop();
      await server.stop();
      await supergraph.handover.stop();
      await telemetry.stop();
    },
  };
});

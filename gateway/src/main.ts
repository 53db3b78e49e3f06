import { toUrl } from '@lockstep/runtime/http/authority.ts';
import { listen } from '@lockstep/runtime/http/server/server.ts';
import { run } from '@lockstep/runtime/lifecycle.ts';
import { PORT_VARIABLE, readConfig } from './configuration/environment.ts';
import { GatewayServer } from './pipeline/server.ts';
import { releaseGarbage } from './planning/garbage.ts';
import { openPlanner } from './planning/worker/open-planner.ts';
import { ChangeLog } from './supergraph/change-log.ts';
import { Generations } from './supergraph/generations.ts';
import { renewCertificates } from './supergraph/renew-certificates.ts';
import { watchSupergraph } from './supergraph/supergraph-watcher.ts';
import { Telemetry } from './telemetry/telemetry.ts';

await run('gateway', readConfig, async (config, logger) => {
  let phase: 'serving' | 'stopping' = 'serving';
  const changes = new ChangeLog();
  const telemetry = new Telemetry(logger, () => generations.figures, config.totalsFile);
  const generations = new Generations<GatewayServer>({
    secret: config.secret,
    logger,
    telemetry,
    openPlanner,
    openHandler: (foundation, before) =>
      GatewayServer.open({ logger, isReady: () => phase === 'serving', changes }, foundation, before),
  });
  const { reloads } = telemetry.counts;
  const watcher = await watchSupergraph({ config, logger, generations, reloads, changes });
  const { listen: address, path, healthCheck, certificates } = generations.current.settings;
  await releaseGarbage();
  const tls = certificates?.material;
  const listening = await listen(generations.handle, { ...config, ...address, portVariable: PORT_VARIABLE, tls });
  generations.onReplaced = renewCertificates(tls, listening, logger);
  const urlOf = (at: string) => toUrl({ ...address, port: listening.port }, at, tls !== undefined);
  logger.info(`gateway answers at ${urlOf(path)}`);
  return {
    probe: urlOf(healthCheck.ready),
    async stop() {
      phase = 'stopping';
      watcher.stop();
      await listening.stop();
      await generations.stop();
      await telemetry.close();
    },
  };
});

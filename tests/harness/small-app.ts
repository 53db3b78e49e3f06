import { getCompileCacheDir } from 'node:module';
import { basename, dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type Handler, listen } from '@lockstep/runtime/http/server/server.ts';
import { run } from '@lockstep/runtime/lifecycle.ts';
import { reportBreaker } from '@lockstep/runtime/process-state.ts';
import { variablePrefix } from '@lockstep/subgraph-kit/variable-prefix.ts';

// Takes the place of each program in a small project: it starts fast, answers every request with its environment, and
// logs it; asked for that, it reports that a circuit breaker opens or closes. It starts as slowly as START_DELAY_MS says.

const name = basename(dirname(import.meta.dirname));
const portVariable = `${variablePrefix(name)}_PORT`;
const config = {
  isProduction: false,
  host: '127.0.0.1',
  drainDelayMs: 0,
  logging: { format: 'pretty', level: 'info' },
  logFiles: {
    out: process.env.pm_out_log_path ?? '',
    error: process.env.pm_err_log_path ?? '',
    maxBytes: 10_000_000,
    kept: 10,
  },
  secret: undefined,
} as const;

await run(
  name,
  () => config,
  async (_config, logger) => {
    await delay(Number(process.env.START_DELAY_MS ?? 0));
    const port = Number(process.env[portVariable]);
    const body = JSON.stringify({ ...process.env, pid: process.pid, compileCache: getCompileCacheDir() });
    const answer: Handler = (request, response) => {
      logger.info(`asked for ${request.url}`);
      if (request.url === '/open-breaker')
        reportBreaker(answer, { subgraph: 'users', since: '2026-01-01T12:00:00.000Z' });
      if (request.url === '/close-breaker') reportBreaker(answer, undefined);
      response.end(body);
    };
    const listening = await listen(answer, { ...config, port, portVariable });
    return { probe: `http://127.0.0.1:${port}/health/ready`, stop: () => listening.stop() };
  },
);

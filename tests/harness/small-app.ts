import { getCompileCacheDir } from 'node:module';
import { basename, dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { listen } from '@lockstep/runtime/http/server/server.ts';
import { run } from '@lockstep/runtime/lifecycle.ts';
import { variablePrefix } from '@lockstep/subgraph-kit/variable-prefix.ts';

// Takes the place of each program in a small project: it starts fast, and answers every request with its environment. It
// starts as slowly as START_DELAY_MS says.

const name = basename(dirname(import.meta.dirname));
const portVariable = `${variablePrefix(name)}_PORT`;
const config = {
  isProduction: false,
  host: '127.0.0.1',
  drainDelayMs: 0,
  logging: { format: 'pretty', level: 'info' },
  secret: undefined,
} as const;

await run(
  name,
  () => config,
  async () => {
    await delay(Number(process.env.START_DELAY_MS ?? 0));
    const port = Number(process.env[portVariable]);
    const body = JSON.stringify({ ...process.env, pid: process.pid, compileCache: getCompileCacheDir() });
    const listening = await listen((_request, response) => void response.end(body), { ...config, port, portVariable });
    return { probe: `http://127.0.0.1:${port}/health/ready`, stop: () => listening.stop() };
  },
);

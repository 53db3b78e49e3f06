import { basename, dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { readEnvironment } from '@lockstep/runtime/environment.ts';
import { listen } from '@lockstep/runtime/http/server/server.ts';
import { run } from '@lockstep/runtime/lifecycle.ts';
import { processVariables, toProcessConfig } from '@lockstep/runtime/process-config.ts';
import { z } from 'zod';

// Takes the place of each program in a small project: it starts fast, and answers every request with its environment. It
// starts as slowly as START_DELAY_MS says.

const name = basename(dirname(import.meta.dirname));
const portVariable = `${name.toUpperCase()}_PORT`;
const readConfig = () => toProcessConfig(readEnvironment(z.object(processVariables), process.env));

await run(name, readConfig, async (config) => {
  await delay(Number(process.env.START_DELAY_MS ?? 0));
  const port = Number(process.env[portVariable]);
  const body = JSON.stringify({ ...process.env, pid: process.pid });
  const listening = await listen((_request, response) => void response.end(body), { ...config, port, portVariable });
  return { probe: `http://127.0.0.1:${port}/health/ready`, stop: () => listening.stop() };
});

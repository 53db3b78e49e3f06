import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { isAlive } from '@lockstep/runtime/is-alive.ts';
import { type App, ROOT } from './apps.ts';
import { PM2_HOME } from './pm2-home.ts';

/** Longer than a stop takes, as `kill_timeout` in ecosystem.config.js. */
const STOP_TIMEOUT_MS = 15_000;
const LOOK_AGAIN_MS = 50;

/** Process of this project that pm2 started, and perhaps doesn't know. */
export interface StartedProcess {
  readonly pid: number;
  /** Name of its app. */
  readonly name: string;
}

/**
 * Returns the processes of these apps that this pm2 started, whether it knows them or not. It starts a process twice, and forgets
 * one, if it is told to start it while it waits to restart it (7.0.4). They are found by their environment, so only on Linux.
 */
export function findStarted(apps: readonly App[]): StartedProcess[] {
  if (process.platform !== 'linux') return [];
  return readdirSync('/proc').flatMap((entry) => {
    const pid = Number(entry);
    if (!Number.isInteger(pid) || pid === process.pid) return [];
    const env = readEnvironment(pid);
    const name = apps.find((app) => env.pm_exec_path === app.script)?.name;
    const isOurs = env.pm_cwd === ROOT && env.pm_pid_path?.startsWith(PM2_HOME);
    return isOurs && name !== undefined ? [{ pid, name }] : [];
  });
}

/** Stops processes as pm2 does: by SIGINT, and by SIGKILL if that isn't enough. Resolves once they are gone. */
export async function endStrays(strays: readonly StartedProcess[]): Promise<void> {
  const pids = strays.map(({ pid }) => pid);
  const deadline = Date.now() + STOP_TIMEOUT_MS;
  kill(pids, 'SIGINT');
  while (pids.some(isAlive)) {
    if (Date.now() > deadline) kill(pids, 'SIGKILL');
    await delay(LOOK_AGAIN_MS);
  }
}

function kill(pids: readonly number[], signal: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, signal);
    } catch (error) {
      if (isAlive(pid)) throw error;
    }
  }
}

/** Returns the variables with which pm2 started the process; none if it is gone, or another user's. */
function readEnvironment(pid: number): Record<string, string> {
  try {
    const variables = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
    const env = Object.fromEntries(variables.map((text) => text.split(/=(.*)/s, 2)));
    return typeof env.pm2_env === 'string' ? JSON.parse(env.pm2_env) : env; // in cluster mode they are in one
  } catch {
    return {};
  }
}

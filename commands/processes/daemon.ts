import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import pm2, { type ProcessDescription } from 'pm2';
import manifest from '../../package.json' with { type: 'json' };
import { CommandError } from '../terminal/command.ts';
import { type App, ROOT } from './apps.ts';

const PM2_COMMAND = join(dirname(createRequire(import.meta.url).resolve('pm2/package.json')), 'bin', 'pm2');
const MINIMUM_NODE = manifest.config.minimumNode;
const OWN_PM2 = 'give this project a pm2 of its own: set PM2_HOME to a folder for it, for every command';

// The request behind `pm2 report`, which pm2's types lack (7.0.4).
declare module 'pm2' {
  const Client: {
    executeRemote(
      method: 'getReport',
      options: object,
      callback: (error: Error | null, report: { node_version: string; managed_apps: number }) => void,
    ): void;
  };
}

/**
 * Returns the processes that pm2 has for these apps of this folder.
 *
 * @throws {CommandError} if pm2 has a process of that name from another folder: pm2 tells processes apart by name
 */
export async function listProcesses(apps: readonly App[]): Promise<ProcessDescription[]> {
  const all = await withDaemon(() => promisify(pm2.list).call(pm2));
  const named = all.filter(({ name }) => apps.some((app) => app.name === name));
  const foreign = named.find((process) => process.pm2_env?.pm_cwd !== ROOT);
  if (foreign) {
    throw new CommandError(
      `pm2 already has a process "${foreign.name}" from ${foreign.pm2_env?.pm_cwd}, and knows processes by name. ` +
        `Delete that one, or ${OWN_PM2}.`,
    );
  }
  return named;
}

/**
 * Ends a pm2 daemon that runs on a Node too old for the gateway, which in cluster mode runs on the daemon's Node. pm2 then
 * starts a daemon on this Node.
 *
 * @throws {CommandError} if the old daemon runs processes
 */
export async function requireFittingDaemon(): Promise<void> {
  const report = await withDaemon(() => promisify(pm2.Client.executeRemote).call(pm2.Client, 'getReport', {}));
  if (Number.parseInt(report.node_version, 10) >= MINIMUM_NODE) return;
  if (report.managed_apps > 0) {
    throw new CommandError(
      `The pm2 that runs already runs on Node ${report.node_version}, and in cluster mode so do its processes; the ` +
        `gateway needs Node ${MINIMUM_NODE}. Either ${OWN_PM2}; or renew that pm2, which restarts what it runs: npx pm2 update`,
    );
  }
  await runPm2(['kill', '--silent']);
}

/** Runs pm2's own command line, on the Node that runs this. Resolves with its exit code. */
export function runPm2(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<number> {
  const child = spawn(process.execPath, [PM2_COMMAND, ...args], {
    cwd: ROOT,
    stdio: 'inherit',
    env: { ...process.env, ...env },
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
}

async function withDaemon<Result>(ask: () => Promise<Result>): Promise<Result> {
  await promisify<boolean>(pm2.connect).call(pm2, false);
  try {
    return await ask();
  } finally {
    pm2.disconnect();
  }
}

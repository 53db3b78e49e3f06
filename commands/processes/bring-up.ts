import { readFileSync } from 'node:fs';
import { CONFIGURATION_EXIT_CODE } from '@lockstep/runtime/configuration-error.ts';
import type { ProcessDescription } from 'pm2';
import { CommandError } from '../terminal/command.ts';
import { type App, ECOSYSTEM_FILE } from './apps.ts';
import { listProcesses, requireFittingDaemon, runPm2 } from './daemon.ts';

const SHOWN_LOG_LINES = 5;

/** Subgraphs are down while they are reloaded, and for longer if two start at the same time. */
const ONE_BY_ONE = { PM2_CONCURRENT_ACTIONS: '1' };

/**
 * Makes pm2 start, restart or reload these apps, and waits until each answers.
 *
 * @throws {CommandError} naming each that failed to start, with the end of its log
 */
export async function bringUp(apps: readonly App[], action: 'start' | 'restart' | 'reload'): Promise<void> {
  await requireFittingDaemon();
  const logLengths = new Map(apps.map((app) => [app.name, readLog(app).length]));
  const names = apps.map(({ name }) => name).join(',');
  const args = [action, ECOSYSTEM_FILE, '--only', names, '--update-env', '--silent'];
  await runPm2(args, action === 'reload' ? ONE_BY_ONE : {});
  const processes = await listProcesses(apps);
  const failed = apps.filter(({ name }) => !processes.some((process) => process.name === name && isOnline(process)));
  if (failed.length === 0) return;
  await settle(processes);
  throw new CommandError(failed.map((app) => describeFailure(app, logLengths.get(app.name) ?? 0)).join('\n'));
}

export function isOnline(process: ProcessDescription): boolean {
  return process.pm2_env?.status === 'online';
}

/** Stops what pm2 lists as "waiting restart" though it won't restart it after this exit code (pm2 7.0.4). */
async function settle(processes: readonly ProcessDescription[]): Promise<void> {
  const stopped = processes.filter((process) => !isOnline(process) && exitCodeOf(process) === CONFIGURATION_EXIT_CODE);
  if (stopped.length > 0) await runPm2(['stop', ...stopped.map(({ pm_id }) => String(pm_id)), '--silent']);
}

function exitCodeOf({ pm2_env: env = {} }: ProcessDescription): unknown {
  return 'exit_code' in env ? env.exit_code : undefined;
}

function describeFailure(app: App, logLength: number): string {
  const lines = readLog(app).slice(logLength).trim().split('\n').slice(-SHOWN_LOG_LINES);
  return `${app.name} did not start; the end of ${app.error_file}:\n  ${lines.join('\n  ')}`;
}

function readLog(app: App): string {
  try {
    return readFileSync(app.error_file, 'utf8');
  } catch {
    return ''; // no log yet
  }
}

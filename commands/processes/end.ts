import { setTimeout as delay } from 'node:timers/promises';
import type { ProcessDescription } from 'pm2';
import { CommandError } from '../terminal/command.ts';
import type { App } from './apps.ts';
import { call, listProcesses } from './daemon.ts';
import { type ListedProcess, toListed } from './running.ts';
import { endStrays, findStarted, type StartedProcess } from './strays.ts';

/** Longer than pm2 takes to end a process that ignores SIGINT: `kill_timeout` in ecosystem.config.js twice. */
const END_TIMEOUT_MS = 45_000;
const LOOK_AGAIN_MS = 50;

/** Processes that {@link endOthers} leaves alone. */
export interface Kept {
  /** Ids in pm2. */
  readonly ids: readonly number[];
  /** Ids in the system of processes that pm2 doesn't know. */
  readonly pids: readonly number[];
}

/** Command of pm2 that ends a process. */
export type Ending = 'stop' | 'delete';

/**
 * Stops processes, and deletes them if that is asked for. Resolves once pm2 neither runs them nor is about to.
 *
 * pm2 may restart a process that it was told to stop: if that exits while it is launching, pm2 takes it for online (7.0.4,
 * lib/God.js, the callback of `exit`). Deleting it doesn't prevent that, and the process is then under an id that another one
 * may have. So a process is told to stop once it has been launched, and again when it is stopped, which cancels a restart.
 *
 * @param ids their ids in pm2
 * @throws {CommandError} if pm2 can't end one of them
 */
export async function end(ids: readonly number[], ending: Ending): Promise<void> {
  const deadline = Date.now() + END_TIMEOUT_MS;
  for (let wereStopped = false; ; ) {
    const all = await call<ProcessDescription[]>('getMonitorData', {});
    const left = all.map(toListed).filter(({ id }) => ids.includes(id));
    const areStopped = left.every(({ status }) => status === 'stopped');
    if (areStopped && wereStopped) {
      if (ending === 'delete') await Promise.all(left.map(({ id }) => call('deleteProcessId', id)));
      return;
    }
    if (Date.now() > deadline) throw new CommandError(`pm2 could not end ${left.map(describe).join(', ')}`);
    const launched = left.filter(({ status }) => status !== 'launching');
    await Promise.all(launched.map(({ id }) => call('stopProcessId', id)));
    if (launched.length < left.length) await delay(LOOK_AGAIN_MS);
    wereStopped = areStopped;
  }
}

/**
 * Ends whatever there is for these apps but the processes to keep, whether pm2 knows it or not. Looks again until there is
 * nothing, because a command that was killed may have left pm2 launching an app of several processes.
 *
 * @returns the names of what was ended, or was stopped already
 */
export async function endOthers(apps: readonly App[], kept: Kept, ending: Ending): Promise<ReadonlySet<string>> {
  const ended = new Set<string>();
  for (let isFirst = true; ; isFirst = false) {
    const { processes, strays } = await look(apps);
    const others = processes.filter(({ id }) => !kept.ids.includes(id));
    const lost = strays.filter(({ pid }) => !kept.pids.includes(pid));
    const isLeft = ({ status }: ListedProcess) => ending === 'delete' || isFirst || status !== 'stopped';
    const left = others.filter(isLeft);
    if (left.length + lost.length === 0) return ended;
    await Promise.all([
      end(
        left.map(({ id }) => id),
        ending,
      ),
      endStrays(lost),
    ]);
    for (const { name } of [...left, ...lost]) ended.add(name);
  }
}

/** Resolves with the processes of these apps that pm2 started and doesn't know. */
export async function findLost(apps: readonly App[]): Promise<StartedProcess[]> {
  return (await look(apps)).strays;
}

/** Looks for the strays first: what pm2 restarts in between is then not taken for one. */
async function look(apps: readonly App[]): Promise<{ processes: ListedProcess[]; strays: StartedProcess[] }> {
  const found = findStarted(apps);
  const processes = (await listProcesses(apps)).map(toListed);
  return { processes, strays: found.filter(({ pid }) => !processes.some((process) => process.pid === pid)) };
}

function describe({ name, pid, status }: ListedProcess): string {
  return `${name} (process ${pid}, ${status})`;
}

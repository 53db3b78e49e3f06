import { setTimeout as delay } from 'node:timers/promises';

// A process may replace others: it answers beside them, and leaves alone what only one process may do until they have exited.

const LOOK_AGAIN_MS = 50;

/** Returns true if one of the processes is alive. */
export function areAlive(pids: readonly number[]): boolean {
  return pids.some(isAlive);
}

/** Resolves once all of the processes have exited. @throws the signal's reason if it is aborted first */
export async function untilGone(pids: readonly number[], signal: AbortSignal): Promise<void> {
  while (areAlive(pids)) await delay(LOOK_AGAIN_MS, undefined, { signal });
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

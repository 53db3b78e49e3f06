import type { ChildProcess } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { CommandError } from '../terminal/command.ts';

/** A server that runs as a child of a command. */
export interface Server {
  readonly child: ChildProcess;
  readonly url: string;
}

const READY_WITHIN_MS = 60_000;
const POLL_MS = 200;

/** Resolves with false if there is no such program. */
export function spawned(child: ChildProcess): Promise<boolean> {
  return new Promise((resolve, reject) => {
    child.once('spawn', () => resolve(true));
    child.once('error', (error) => {
      if ('code' in error && error.code === 'ENOENT') resolve(false);
      else reject(error);
    });
  });
}

/**
 * Resolves when the URL answers with 200.
 *
 * @throws {CommandError} if the child has exited, or takes longer than a minute, after which it is ended
 */
export async function untilReady(child: ChildProcess, url: string): Promise<void> {
  const deadline = performance.now() + READY_WITHIN_MS;
  while (!(await answers(url))) {
    if (child.exitCode !== null || child.signalCode !== null) {
      throw new CommandError(`${child.spawnfile} has ended (${child.signalCode ?? child.exitCode}): it says why above`);
    }
    if (performance.now() > deadline) {
      child.kill('SIGKILL');
      throw new CommandError(`${child.spawnfile} does not answer at ${url}`);
    }
    await delay(POLL_MS);
  }
}

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(url)).ok;
  } catch {
    return false;
  }
}

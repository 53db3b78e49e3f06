import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collectGarbage: (options?: { type: 'minor' }) => void = runInNewContext('gc');

/** Resolves with the bytes by which the heap has grown after an action, and what the action returned, without garbage. */
export async function heapGrowth<Result>(
  act: () => Result | Promise<Result>,
): Promise<{ bytes: number; result: Result }> {
  const before = await usedBytes();
  const result = await act();
  return { bytes: (await usedBytes()) - before, result };
}

/** Returns the bytes by which the heap has grown after an action, with the garbage that only a full collection finds. */
export function growthWithoutFullCollection(act: () => void): number {
  collectGarbage();
  const before = process.memoryUsage().heapUsed;
  act();
  for (let round = 0; round < 3; round += 1) collectGarbage({ type: 'minor' });
  return process.memoryUsage().heapUsed - before;
}

/** Resolves once turns of the event loop have let go of what earlier tests used. */
async function usedBytes(): Promise<number> {
  for (let round = 0; round < 4; round += 1) {
    await setImmediate();
    collectGarbage();
  }
  return process.memoryUsage().heapUsed;
}

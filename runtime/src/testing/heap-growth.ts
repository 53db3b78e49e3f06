import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');

/** Resolves with the bytes by which the heap has grown after an action, and what the action returned, without garbage. */
export async function heapGrowth<Result>(
  act: () => Result | Promise<Result>,
): Promise<{ bytes: number; result: Result }> {
  const before = await usedBytes();
  const result = await act();
  return { bytes: (await usedBytes()) - before, result };
}

/** Resolves once turns of the event loop have let go of what earlier tests used. */
async function usedBytes(): Promise<number> {
  for (let round = 0; round < 4; round += 1) {
    await setImmediate();
    collectGarbage();
  }
  return process.memoryUsage().heapUsed;
}

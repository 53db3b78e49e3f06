import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');

/** Resolves with the bytes by which the heap has grown after an action, and what the action returned, without garbage. */
export async function heapGrowth<Result>(
  act: () => Result | Promise<Result>,
): Promise<{ bytes: number; result: Result }> {
  const before = usedBytes();
  const result = await act();
  return { bytes: usedBytes() - before, result };
}

function usedBytes(): number {
  for (let round = 0; round < 5; round += 1) collectGarbage();
  return process.memoryUsage().heapUsed;
}

/** True in `npm run test:faults`, which finds the tests to run by their imports of this file. */
export const isFull = process.env.FAULTS === 'full';

/** Returns `full` in `npm run test:faults`, and otherwise a tenth of it or `small`. */
export function times(full: number, small = Math.ceil(full / 10)): number {
  return isFull ? full : small;
}

/** Reports progress at each tenth of a full count, which takes long. */
export function tellProgress(what: string, done: number, total: number): void {
  if (isFull && (done * 10) % total < 10) console.log(`${what}: ${done} of ${total}`);
}

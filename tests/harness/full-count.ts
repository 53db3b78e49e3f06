const isFull = process.env.FAULTS === 'full';

/** How often a fault is made: so often in `npm run test:faults`, a tenth of it or `small` in `npm test`. */
export function times(full: number, small = Math.ceil(full / 10)): number {
  return isFull ? full : small;
}

/** Says how far it is, each tenth of the way, where it takes so long that one wants to know. */
export function tellProgress(what: string, done: number, total: number): void {
  if (isFull && (done * 10) % total < 10) console.log(`${what}: ${done} of ${total}`);
}

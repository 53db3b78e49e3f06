/**
 * Does the work for each item, a few at a time, and gives the results in the items' order.
 *
 * @throws what the first that fails threw; no other is begun then
 */
export async function workThrough<Item, Result>(
  items: readonly Item[],
  atATime: number,
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  const rest = items.entries();
  const worker = async () => {
    for (const [index, item] of rest) results[index] = await work(item);
  };
  try {
    await Promise.all(Array.from({ length: atATime }, worker));
  } finally {
    rest.toArray(); // where one failed, the workers find nothing more
  }
  return results;
}

/** Tells how far a work is: on one line that changes in a terminal, on a line each tenth elsewhere. */
export class Progress {
  readonly #label: string;
  readonly #total: number;
  #done = 0;

  constructor(label: string, total: number) {
    this.#label = label;
    this.#total = total;
  }

  step(): void {
    this.reach(this.#done + 1);
  }

  /** So much is done. Told where it is more than before. */
  reach(done: number): void {
    if (done <= this.#done) return;
    const before = this.#done;
    this.#done = done;
    const text = `${this.#label}: ${this.#done} of ${this.#total}`;
    const isLast = this.#done === this.#total;
    if (process.stdout.isTTY) process.stdout.write(`\r${text}${isLast ? '\n' : ''}`);
    else if (isLast || this.#tenths(done) > this.#tenths(before)) console.log(text);
  }

  #tenths(done: number): number {
    return Math.floor((10 * done) / this.#total);
  }
}

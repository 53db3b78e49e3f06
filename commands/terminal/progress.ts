/** Shows how much of some work is done: on one line that changes in a terminal, else on a line for each tenth. */
export class Progress {
  readonly #label: string;
  readonly #total: number;
  readonly #showFrom: number;
  #done = 0;

  /** @param patienceMs time in which the work may go on, or end, without being shown */
  constructor(label: string, total: number, patienceMs = 0) {
    this.#label = label;
    this.#total = total;
    this.#showFrom = performance.now() + patienceMs;
  }

  step(): void {
    this.reach(this.#done + 1);
  }

  /** Reports that this much is done, if it is more than before. */
  reach(done: number): void {
    if (done <= this.#done) return;
    const before = this.#done;
    this.#done = done;
    if (performance.now() < this.#showFrom) return;
    const text = `${this.#label}: ${this.#done} of ${this.#total}`;
    const isLast = this.#done === this.#total;
    if (process.stdout.isTTY) process.stdout.write(`\r${text}${isLast ? '\n' : ''}`);
    else if (isLast || this.#tenths(done) > this.#tenths(before)) console.log(text);
  }

  #tenths(done: number): number {
    return Math.floor((10 * done) / this.#total);
  }
}

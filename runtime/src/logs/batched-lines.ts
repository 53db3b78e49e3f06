/** Maximum time that a line waits for others: milliseconds. */
const MAX_WAIT_MS = 20;

/** Length from which lines wait no longer. */
const MAX_LENGTH = 65_536;

/** Lines that are written together. A write takes microseconds, and under pm2 it is a message to pm2's daemon too. */
export class BatchedLines {
  readonly #write: (lines: string) => void;
  #lines = '';
  #timer: NodeJS.Timeout | undefined;

  constructor(write: (lines: string) => void) {
    this.#write = write;
    process.once('exit', () => this.flush());
  }

  /** Writes a line soon. */
  add(line: string): void {
    this.#lines += line;
    if (this.#lines.length >= MAX_LENGTH) this.flush();
    else this.#timer ??= setTimeout(() => this.flush(), MAX_WAIT_MS);
  }

  /** Writes the lines that wait. */
  flush(): void {
    if (this.#lines === '') return;
    clearTimeout(this.#timer);
    const lines = this.#lines;
    this.#timer = undefined;
    this.#lines = '';
    this.#write(lines);
  }
}

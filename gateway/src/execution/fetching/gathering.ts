/** Longest time that a fetch waits for others of its group. */
const MAX_WAIT_MS = 100;

/** Shortest time, so that the answers of fast subgraphs meet although none takes as long as the others. */
const MIN_WAIT_MS = 10;

/**
 * Fetches of one group in one execution, which wait for each other so that they are one call. Those that can't be ready soon
 * aren't waited for: a slow subgraph must not hold the data of others.
 */
export class Gathering {
  /** Number of fetches that are neither ready nor known to have no entities. */
  #missing: number;
  #waiting: (() => void)[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(size: number) {
    this.#missing = size;
  }

  /** Notes that a fetch has no entities, or isn't made. */
  leave(): void {
    this.#missing -= 1;
    if (this.#missing === 0) this.#release();
  }

  /**
   * Resolves when all fetches of the group are ready, or the time is over; undefined if this is the last of them.
   *
   * @param waitMs time that the others are likely to need
   */
  join(waitMs: number): Promise<void> | undefined {
    this.leave();
    if (this.#missing === 0) return undefined;
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      this.#timer ??= setTimeout(() => this.#release(), Math.min(Math.max(waitMs, MIN_WAIT_MS), MAX_WAIT_MS));
    });
  }

  #release(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}

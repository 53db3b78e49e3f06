type Label = string | number;

/**
 * Counts by two labels. The metrics library gets them on a scrape: it takes a microsecond for what this does in thirty
 * nanoseconds, and a request is counted in seven ways.
 */
export class Tally {
  readonly #counts = new Map<Label, Map<Label, number>>();

  add(first: Label, second: Label, count = 1): void {
    let bySecond = this.#counts.get(first);
    if (!bySecond) {
      bySecond = new Map();
      this.#counts.set(first, bySecond);
    }
    bySecond.set(second, (bySecond.get(second) ?? 0) + count);
  }

  *all(): Iterable<readonly [first: Label, second: Label, count: number]> {
    for (const [first, bySecond] of this.#counts) {
      for (const [second, count] of bySecond) yield [first, second, count];
    }
  }
}

/** `percent(12.5)`: on for that share of the requests. */
const PERCENT = /^percent\((\d+(?:\.\d+)?)\)$/;

/** Labels of progressive `@override` in one supergraph. The active ones decide which subgraph resolves a field. */
export class OverrideLabels {
  readonly #byType: ReadonlyMap<string, ReadonlySet<string>>;

  constructor(byType: ReadonlyMap<string, ReadonlySet<string>>) {
    this.#byType = byType;
  }

  get isEmpty(): boolean {
    return this.#byType.size === 0;
  }

  /**
   * Returns the labels that the plan of an operation on these types may depend on, always in the same order. All labels
   * of a type are among them: the planner asks for its keys too. (Composition refuses a `@requires` on a labelled field.)
   */
  of(types: Iterable<string>): string[] {
    const labels = [...types].flatMap((type) => [...(this.#byType.get(type) ?? [])]);
    return [...new Set(labels)].sort();
  }
}

/** Returns true for `percent(…)`: no hook is asked about such a label. */
export function isPercentage(label: string): boolean {
  return PERCENT.test(label);
}

/**
 * Draws if a percentage is on for one request.
 *
 * @param random returns at least 0 and less than 1
 * @returns undefined for other labels
 */
export function drawLabel(label: string, random: () => number): boolean | undefined {
  const percent = PERCENT.exec(label)?.[1];
  return percent === undefined ? undefined : random() * 100 < Number(percent);
}

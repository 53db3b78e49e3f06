/** Consequence of breaking a rule: the operation was rejected, or only reported. */
export type Outcome = 'refused' | 'passed';

/** Number of times that a rule was broken. */
export interface RefusalCount {
  readonly rule: string;
  readonly outcome: Outcome;
  count: number;
}

/** Counts of broken rules, for the metrics. */
export class RejectionCounts {
  readonly #counts = new Map<string, RefusalCount>();

  /** @param rule key of the configuration, or code that clients get; never text from a client */
  add(rule: string, outcome: Outcome): void {
    const key = `${rule} ${outcome}`;
    const known = this.#counts.get(key);
    if (known) known.count += 1;
    else this.#counts.set(key, { rule, outcome, count: 1 });
  }

  count(rule: string, outcome: Outcome): number {
    return this.#counts.get(`${rule} ${outcome}`)?.count ?? 0;
  }

  all(): readonly Readonly<RefusalCount>[] {
    return [...this.#counts.values()];
  }
}

/** Consequence of breaking a rule. */
export type Outcome = 'refused' | 'passed';

/** Count of one rule and outcome. */
export interface RefusalCount {
  readonly rule: string;
  readonly outcome: Outcome;
  count: number;
}

/** Counts of how often each rule was broken. */
export class RejectionCounts {
  readonly #counts = new Map<string, RefusalCount>();

  /** @param rule name in the configuration, or code that clients get for it; never a text of theirs */
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

/** What a rule found an operation to break: whether it was refused for that, or let pass. */
export type Outcome = 'refused' | 'passed';

/** How often a rule was broken. */
export interface RefusalCount {
  readonly rule: string;
  readonly outcome: Outcome;
  count: number;
}

/** How often rules were broken, for whoever shows figures. */
export class RejectionCounts {
  readonly #counts = new Map<string, RefusalCount>();

  /** @param rule as the configuration calls it, or the code that clients get for it; never a text of theirs */
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

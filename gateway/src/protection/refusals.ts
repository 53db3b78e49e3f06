/** What a rule found an operation to break: whether it was refused for that, or let pass. */
export type Outcome = 'refused' | 'passed';

/** How often rules were broken, for whoever shows figures. */
export class Refusals {
  readonly #counts = new Map<string, number>();

  /** @param rule as the configuration calls it */
  add(rule: string, outcome: Outcome): void {
    const key = `${rule} ${outcome}`;
    this.#counts.set(key, this.count(rule, outcome) + 1);
  }

  count(rule: string, outcome: Outcome): number {
    return this.#counts.get(`${rule} ${outcome}`) ?? 0;
  }
}

import assert from 'node:assert/strict';

/** Time for which an answer of each subgraph may be used. That of products is stale in its last second. */
export const LIFETIME_MS = new Map([
  ['products', 2000],
  ['reviews', 1000],
  ['users', 5000],
]);
export const IDS = ['1', '2', '3', '4', '5', '6'];

/** A value of one field of one object, and when it was there. */
interface Version {
  readonly from: number;
  /** End of the last moment at which somebody might still be given it. */
  until: number;
}

/** Moment at which a query begins: its time, and its place among queries and mutations. */
export interface QueryBegin {
  readonly beganAt: number;
  readonly order: number;
}

/** The state behind subgraphs whose answers are cached. Each value says what it is of, and is there once. */
export class CachedWorld {
  nowMs = 0;
  readonly products = IDS.map((id) => ({ __typename: 'Product', id, name: '', stars: '' }));
  readonly users = IDS.map((id) => ({ __typename: 'User', id, secret: '' }));
  readonly #versions = new Map<string, Version>();
  #count = 0;

  constructor() {
    for (const { id } of this.products) for (const field of ['name', 'stars'] as const) this.change(id, field);
    for (const user of this.users) user.secret = `secret of ${user.id}`;
  }

  /** Writes a new value. @returns a function that notes that no client may be given the old one any more */
  change(id: string, field: 'name' | 'stars'): () => void {
    const product = this.products.find((one) => one.id === id);
    assert.ok(product);
    const old = this.#versions.get(product[field]);
    const lifetimeMs = LIFETIME_MS.get(field === 'name' ? 'products' : 'reviews') ?? 0;
    if (old) old.until = this.nowMs + lifetimeMs;
    this.#count += 1;
    product[field] = `${field} of ${id}: ${this.#count}`;
    this.#versions.set(product[field], { from: this.nowMs, until: Number.POSITIVE_INFINITY });
    return () => {
      if (old) old.until = Math.min(old.until, this.#order);
    };
  }

  /** Order of events: begins of queries, and ends of mutations. Below zero, so that it is before any time. */
  #order = -1e9;

  tick(): number {
    this.#order += 1;
    return this.#order;
  }

  /** Asserts that an answer may be given to a query that began so. */
  check(answer: unknown, begin: QueryBegin): void {
    for (const value of valuesIn(answer)) this.#check(value, begin);
  }

  /** Asserts that an answer has only what is there now, as that of a mutation must. */
  checkNow(answer: unknown): void {
    for (const value of valuesIn(answer)) {
      assert.equal(this.#untilOf(value), Number.POSITIVE_INFINITY, `${value} was there before the mutation`);
    }
  }

  #check(value: string, { beganAt, order }: QueryBegin): void {
    const until = this.#untilOf(value);
    if (until < 0) assert.ok(until > order, `${value} was changed by a mutation that ended before the query began`);
    else assert.ok(beganAt < until, `${value} is ${beganAt - until} ms too old`);
  }

  #untilOf(value: string): number {
    const version = this.#versions.get(value);
    assert.ok(version, `nobody wrote ${value}`);
    return version.until;
  }
}

/** Returns the names and stars in an answer. */
function valuesIn(answer: unknown): string[] {
  if (typeof answer === 'string') return /^(name|stars) of/.test(answer) ? [answer] : [];
  return typeof answer === 'object' && answer !== null ? Object.values(answer).flatMap(valuesIn) : [];
}

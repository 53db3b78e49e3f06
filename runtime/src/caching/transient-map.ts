/** Number of entries that are added before the map is replaced. */
const MIN_ADDED = 32;

/**
 * Map of entries that come and go, such as calls under way.
 *
 * V8 keeps each table that a `Map` or `Set` has outgrown linked to the next one, with the entries that it had then. Once one of
 * them is old, all that follow survive until the next full collection, and everything that their entries refer to: with a
 * `Map` of the calls under way, that was the data of nearly every request, some 7 KB of each. So this one moves to a new `Map`
 * now and then, which nothing links to.
 */
export class TransientMap<Key, Value> {
  #entries = new Map<Key, Value>();
  #left = MIN_ADDED;

  get size(): number {
    return this.#entries.size;
  }

  get(key: Key): Value | undefined {
    return this.#entries.get(key);
  }

  has(key: Key): boolean {
    return this.#entries.has(key);
  }

  set(key: Key, value: Value): void {
    if (this.#left === 0) {
      this.#entries = new Map(this.#entries);
      this.#left = Math.max(MIN_ADDED, this.#entries.size);
    }
    this.#left -= 1;
    this.#entries.set(key, value);
  }

  delete(key: Key): void {
    this.#entries.delete(key);
  }

  keys(): Iterable<Key> {
    return this.#entries.keys();
  }
}

import { LRUCache } from 'lru-cache';
import { textBytes } from './heap-bytes.ts';
import type { HeldBytes } from './held-bytes.ts';

/** An entry's part in the cache's own tables. */
const OVERHEAD = 150;

/** Cache of the most recently used values, bounded by the bytes that they hold together with their keys. */
export class ByteCache<Value extends object | string> {
  readonly #entries: LRUCache<string, Value>;

  /** @param maxBytes bound; a value that holds more is not kept */
  constructor(maxBytes: number) {
    this.#entries = new LRUCache({ maxSize: maxBytes });
  }

  get size(): number {
    return this.#entries.size;
  }

  /** Number of bytes that the entries hold. */
  get bytes(): number {
    return this.#entries.calculatedSize;
  }

  get(key: string): Value | undefined {
    return this.#entries.get(key);
  }

  values(): Iterable<Value> {
    return this.#entries.values();
  }

  /** @param held bytes that the value holds; if they can change, the cache follows */
  set(key: string, value: Value, held: number | HeldBytes): void {
    const own = OVERHEAD + textBytes(key);
    if (typeof held === 'number') {
      this.#put(key, value, own + held);
      return;
    }
    this.#put(key, value, own + held.bytes);
    held.onChange = () => {
      if (this.#entries.peek(key) === value) this.#put(key, value, own + held.bytes);
      else held.onChange = undefined;
    };
  }

  delete(key: string): boolean {
    return this.#entries.delete(key);
  }

  #put(key: string, value: Value, size: number): void {
    this.#entries.delete(key); // or the size of a value that is the same would stay as it was
    this.#entries.set(key, value, { size });
  }
}

import { dataBytes, textBytes } from '@lockstep/runtime/caching/heap-bytes.ts';
import { LRUCache } from 'lru-cache';
import type { CacheShare } from '../../telemetry/cache-counts.ts';
import { CacheShares, type OpenShare } from './cache-shares.ts';
import { type Drop, isDropped, isTagMark } from './drop.ts';
import { type Dropped, type Entry, type Moment, type NewEntry, type Store, usableUntil } from './store.ts';
import { TraitIndex } from './trait-index.ts';

/** An entry's part in the tables of the store, and the same for each of its traits. */
const OVERHEAD = 500;
const TRAIT_BYTES = 150;

/** Number of drops that are remembered for calls that began before them. */
const MAX_DROPS = 1000;

/** An entry, the memory that it takes, and the share that counts it. */
interface Stored {
  readonly entry: NewEntry;
  readonly bytes: number;
  readonly share: OpenShare;
}

/** Answers of subgraphs in the memory of this process: the least recently used are evicted beyond a number of bytes. */
export class MemoryStore implements Store {
  readonly now: () => number;
  #entries: LRUCache<string, Stored>;
  readonly #index = new TraitIndex();
  readonly #drops: Drop[] = [];
  readonly #shares = new CacheShares();
  #dropped = 0;

  /** @param now clock, in milliseconds */
  constructor(maxBytes: number, now = () => performance.now()) {
    this.now = now;
    this.#entries = this.#open(maxBytes);
  }

  /** Bounds the store anew, which forgets everything if the bound is another. Drops stay in force for calls under way. */
  resize(maxBytes: number): void {
    if (maxBytes === this.#entries.maxSize) return;
    this.#entries.clear();
    this.#entries = this.#open(maxBytes);
  }

  /** Share that each type of each subgraph takes. */
  get shares(): Iterable<CacheShare> {
    return this.#shares.all();
  }

  get size(): number {
    return this.#entries.size;
  }

  get bytes(): number {
    return this.#entries.calculatedSize;
  }

  moment(): Moment {
    return { since: this.now(), epoch: this.#dropped };
  }

  find(keys: readonly string[]): (Entry | undefined)[] {
    const now = this.now();
    return keys.map((key) => {
      const entry = this.#entries.get(key)?.entry;
      if (!entry || now < usableUntil(entry)) return entry;
      this.#entries.delete(key);
      return undefined;
    });
  }

  set(key: string, entry: NewEntry, { epoch }: Moment): void {
    if (this.#isDroppedSince(entry, epoch)) return;
    this.#entries.delete(key);
    const { keys, innerTypes } = entry.traits;
    const traits = keys.length + innerTypes.length;
    const bytes = OVERHEAD + textBytes(key) + dataBytes(entry.value) + TRAIT_BYTES * traits + tagBytes(innerTypes);
    if (bytes > this.#entries.maxSize) return;
    const share = this.#shares.of(entry.traits);
    share.size += 1;
    share.bytes += bytes;
    this.#entries.set(key, { entry, bytes, share }, { size: bytes });
    this.#index.add(key, entry.traits);
  }

  delete(keys: readonly string[]): void {
    for (const key of keys) this.#entries.delete(key);
  }

  drop(drop: Drop): Dropped {
    this.#dropped += 1;
    this.#drops.push(drop);
    if (this.#drops.length > MAX_DROPS) this.#drops.shift();
    let count = 0;
    for (const key of this.#index.find(drop)) {
      const entry = this.#entries.peek(key)?.entry;
      if (entry && isDropped(entry.traits, drop) && this.#entries.delete(key)) count += 1;
    }
    return { count, isComplete: true };
  }

  #open(maxSize: number): LRUCache<string, Stored> {
    return new LRUCache<string, Stored>({
      maxSize,
      dispose: ({ entry, bytes, share }, key, reason) => {
        share.size -= 1;
        share.bytes -= bytes;
        if (reason === 'evict') share.evictions += 1;
        this.#index.remove(key, entry.traits);
      },
    });
  }

  #isDroppedSince({ traits }: NewEntry, epoch: number): boolean {
    const missed = this.#dropped - epoch;
    if (missed > this.#drops.length) return true;
    return missed > 0 && this.#drops.slice(-missed).some((drop) => isDropped(traits, drop));
  }
}

/** Returns the bytes of the tags, whose texts are an entry's own. */
function tagBytes(innerTypes: readonly string[]): number {
  return innerTypes.reduce((sum, type) => (isTagMark(type) ? sum + textBytes(type) : sum), 0);
}

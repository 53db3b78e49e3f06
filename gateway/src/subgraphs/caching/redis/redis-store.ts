import { hash } from 'node:crypto';
import type { Drop } from '../drop.ts';
import { type Dropped, type Entry, type Moment, type NewEntry, type Store, usableUntil } from '../store.ts';
import { decodeEntry, encodeEntry } from './entry-codec.ts';
import type { Membership } from './membership.ts';
import { slotsOfDrop, slotsOfEntry } from './slots.ts';

/** Bytes of entries that are on their way to Redis at most; beyond it, entries are not stored. */
const MAX_BYTES_UNDER_WAY = 8 * 1024 * 1024;

/** Clock that lifetimes are measured with. */
export interface Clock {
  now(): number;
  /** Returns how far Redis is ahead of it, given its time and that of this process at about the same moment. */
  offset(redisNow: number, processNow: number): number;
}

const CLOCK: Clock = {
  now: () => performance.now(),
  offset: (redisNow, processNow) => redisNow - processNow,
};

/**
 * Answers of subgraphs in Redis, shared by all gateways that use it under the same name. Lifetimes are measured by the clock of
 * Redis, so that those of the gateways need not agree. While Redis is slow or lost, nothing is found and nothing stored.
 */
export class RedisStore implements Store {
  readonly #membership: Membership;
  readonly #prefix: string;
  readonly #clock: Clock;
  #bytesUnderWay = 0;

  constructor(membership: Membership, namespace: string, clock = CLOCK) {
    this.#membership = membership;
    this.#prefix = `${namespace}:entry:`;
    this.#clock = clock;
  }

  now(): number {
    return this.#clock.now();
  }

  moment(): Moment | undefined {
    const { state } = this.#membership;
    return state && { since: this.now(), epoch: state.epoch, generation: state.generation };
  }

  find(keys: readonly string[]): (Entry | undefined)[] | Promise<(Entry | undefined)[]> {
    return this.#membership.isReadable ? this.#find(keys) : keys.map(() => undefined);
  }

  set(key: string, entry: NewEntry, moment: Moment): void {
    const { state } = this.#membership;
    const slots = slotsOfEntry(entry.traits);
    if (!state || state.generation !== moment.generation || !slots) return;
    const leftMs = usableUntil(entry) - this.now();
    const since = entry.since + this.#clock.offset(state.redisNow, state.receivedAt); // or earlier
    const encoded = encodeEntry(entry, since, moment, slots);
    if (!encoded || leftMs < 1 || this.#bytesUnderWay + encoded.length > MAX_BYTES_UNDER_WAY) return;
    this.#bytesUnderWay += encoded.length;
    const command = ['SET', this.#keyOf(key), encoded, 'PX', String(Math.ceil(leftMs))];
    void this.#membership.send(command).finally(() => {
      this.#bytesUnderWay -= encoded.length;
    });
  }

  delete(keys: readonly string[]): void {
    if (this.#membership.state) void this.#membership.send(['UNLINK', ...keys.map((key) => this.#keyOf(key))]);
  }

  async drop(drop: Drop): Promise<Dropped> {
    return { count: undefined, isComplete: await this.#membership.drop(slotsOfDrop(drop)) };
  }

  close(): Promise<void> {
    return this.#membership.close();
  }

  async #find(keys: readonly string[]): Promise<(Entry | undefined)[]> {
    const found = await this.#membership.lookup(keys.map((key) => this.#keyOf(key)));
    if (!found) return keys.map(() => undefined);
    const ahead = this.#clock.offset(found.redisNow, found.sentAt); // or less
    const now = this.now();
    return keys.map((_, index) => {
      const text = found.texts[index];
      const entry = Buffer.isBuffer(text) ? decodeEntry(text, (ms) => ms - ahead) : undefined;
      return entry && now < usableUntil(entry) ? entry : undefined;
    });
  }

  #keyOf(key: string): string {
    return this.#prefix + hash('sha256', key, 'base64url');
  }
}

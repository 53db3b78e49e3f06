import { TransientMap } from '@lockstep/runtime/caching/transient-map.ts';
import { LRUCache } from 'lru-cache';
import type { CallContext } from '../call-context.ts';
import { type Entry, isSameEpoch, type Moment } from './store.ts';

/** Scopes remembered whose answers could not be stored: no request waits for the answer to another then. */
const MAX_UNSTORABLE = 10_000;

/** Entries that one fetch brings; those that could not be stored for everybody are undefined. */
export type Entries = readonly (Entry | undefined)[];

interface Pending {
  readonly moment: Moment;
  readonly entries: Promise<Entries>;
  readonly position: number;
}

/** Entries that are being fetched, so that one fetch serves all requests that miss them at the same time. */
export class PendingEntries {
  readonly #pending = new TransientMap<string, Pending>();
  readonly #unstorable = new LRUCache<string, true>({ max: MAX_UNSTORABLE });

  /** Returns an entry that is being fetched, which is undefined in the end if it could not be stored for everybody. */
  find(key: string, moment: Moment | undefined): Promise<Entry | undefined> | undefined {
    const pending = this.#pending.get(key);
    if (!pending || !moment || !isSameEpoch(pending.moment, moment)) return undefined; // it began before a mutation ended
    return pending.entries.then((entries) => entries[pending.position]);
  }

  /** Announces the entries of a fetch. @returns a function that has to be called with them, or with none */
  announce(scope: string, keys: readonly string[], moment: Moment | undefined): (entries: Entries) => void {
    if (!moment || this.#unstorable.has(scope)) return () => {};
    const { promise: entries, resolve } = Promise.withResolvers<Entries>();
    keys.forEach((key, position) => {
      this.#pending.set(key, { moment, entries, position });
    });
    return (found) => {
      for (const key of keys) if (this.#pending.get(key)?.entries === entries) this.#pending.delete(key);
      resolve(found);
    };
  }

  /** Notes if answers of a scope can be stored for everybody. */
  note(scope: string, isStorable: boolean): void {
    if (isStorable) this.#unstorable.delete(scope);
    else this.#unstorable.set(scope, true);
  }
}

/** Resolves with the entry, or with undefined once the request that waits for it has ended. */
export function inTime(
  entry: Promise<Entry | undefined>,
  { signal, deadline }: Pick<CallContext, 'signal' | 'deadline'>,
): Promise<Entry | undefined> {
  return new Promise((resolve) => {
    const give = (found?: Entry) => {
      clearTimeout(timer);
      signal.removeEventListener('abort', leave);
      resolve(found);
    };
    const leave = () => give();
    const timer = deadline && setTimeout(leave, deadline.leftMs());
    signal.addEventListener('abort', leave);
    if (signal.aborted) leave();
    void entry.then(give);
  });
}

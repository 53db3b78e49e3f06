import { LRUCache } from 'lru-cache';
import type { CallContext } from '../call-context.ts';
import type { Entry } from './memory-store.ts';

/** Scopes remembered whose answers could not be stored: no request waits for the answer to another then. */
const MAX_UNSTORABLE = 10_000;

interface Pending {
  readonly epoch: number;
  readonly entry: Promise<Entry | undefined>;
}

/** Entries that are being fetched, so that one fetch serves all requests that miss them at the same time. */
export class PendingEntries {
  readonly #pending = new Map<string, Pending>();
  readonly #unstorable = new LRUCache<string, true>({ max: MAX_UNSTORABLE });

  /** Returns an entry that is being fetched, which is undefined in the end if it could not be stored for everybody. */
  find(key: string, epoch: number): Promise<Entry | undefined> | undefined {
    const pending = this.#pending.get(key);
    return pending?.epoch === epoch ? pending.entry : undefined; // or it began before a mutation ended
  }

  /** Announces an entry. @returns a function that has to be called with it, or with undefined */
  announce(scope: string, key: string, epoch: number): (entry: Entry | undefined) => void {
    if (this.#unstorable.has(scope)) return () => {};
    const { promise: entry, resolve } = Promise.withResolvers<Entry | undefined>();
    const pending = { epoch, entry };
    this.#pending.set(key, pending);
    return (found) => {
      if (this.#pending.get(key) === pending) this.#pending.delete(key);
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

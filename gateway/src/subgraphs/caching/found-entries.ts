import { isPromise } from '@lockstep/runtime/promises.ts';
import type { FetchRequest } from '../../execution/fetching/fetch-request.ts';
import type { CacheKeys } from './cache-keys.ts';
import { type Entry, isFresh, type Store } from './store.ts';

/** Stored entries by the index of their part: of an entity, or 0 for the answer to a root fetch. */
export type Entries = (Entry | undefined)[];

/** Stored parts of the answer to a request. */
export interface Found {
  readonly entries: Entries;
  /** Indices of the entries that are used although they are stale, and have to be fetched anew. */
  readonly stale: number[];
  /** Stale entries that may be used if the subgraph fails. */
  readonly fallbacks: Map<number, Entry>;
}

/** A request whose parts are looked up. */
interface Lookup {
  readonly request: FetchRequest;
  readonly keys: CacheKeys;
  /** True if it is made for a mutation: nothing is taken from the store then. */
  readonly isMutation: boolean;
}

/** Returns what is stored of a request. Looks for all its parts at once. */
export function findEntries({ request, keys, isMutation }: Lookup, store: Store): Found | Promise<Found> {
  const count = request.representations?.length ?? 1;
  if (isMutation)
    return sortEntries(
      Array.from({ length: count }, () => undefined),
      0,
    );
  const isPrivate = keys.privateKey(0) !== undefined;
  const asked: string[] = [];
  for (let index = 0; index < count; index++) asked.push(keys.publicKey(index));
  if (isPrivate) for (let index = 0; index < count; index++) asked.push(keys.privateKey(index) ?? '');
  const toFound = (stored: readonly (Entry | undefined)[]) => {
    const entries = isPrivate
      ? stored.slice(0, count).map((entry, index) => stored[count + index] ?? entry)
      : [...stored];
    return sortEntries(entries, store.now());
  };
  const stored = store.find(asked);
  return isPromise(stored) ? stored.then(toFound) : toFound(stored);
}

/** Takes those out of the entries that may be used only if the subgraph fails. */
function sortEntries(entries: Entries, now: number): Found {
  const found: Found = { entries, stale: [], fallbacks: new Map() };
  entries.forEach((entry, index) => {
    if (!entry || isFresh(entry, now)) return;
    if (isFresh(entry, now, entry.staleWhileRevalidateMs)) found.stale.push(index);
    else {
      found.fallbacks.set(index, entry);
      entries[index] = undefined;
    }
  });
  return found;
}

/** Returns the indices without an entry. */
export function missingIn(entries: Entries): number[] {
  return [...entries.keys()].filter((index) => entries[index] === undefined);
}

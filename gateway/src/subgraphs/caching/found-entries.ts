import type { FetchRequest } from '../../execution/fetching/fetch-request.ts';
import type { CacheKeys } from './cache-keys.ts';
import type { Entry, MemoryStore } from './memory-store.ts';

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

/** Returns what is stored of a request. */
export function findEntries({ request, keys, isMutation }: Lookup, store: MemoryStore): Found {
  const count = request.representations?.length ?? 1;
  const found: Found = { entries: Array.from({ length: count }, () => undefined), stale: [], fallbacks: new Map() };
  if (isMutation) return found;
  for (let index = 0; index < count; index++) {
    const privateKey = keys.privateKey(index);
    const entry = (privateKey && store.get(privateKey)) || store.get(keys.publicKey(index));
    if (!entry) continue;
    if (store.isFresh(entry)) found.entries[index] = entry;
    else if (store.isFresh(entry, entry.staleWhileRevalidateMs)) {
      found.entries[index] = entry;
      found.stale.push(index);
    } else found.fallbacks.set(index, entry);
  }
  return found;
}

/** Returns the indices without an entry. */
export function missingIn(entries: Entries): number[] {
  return [...entries.keys()].filter((index) => entries[index] === undefined);
}

import type { Entry } from './store.ts';

/** Parts of one fetch, each an entity or the answer to a root fetch. */
interface Parts {
  /** Entries of what came from the cache; undefined for the others. */
  readonly entries: readonly (Pick<Entry, 'since' | 'lifetimeMs'> | undefined)[];
  /** Time by the clock of the store. */
  readonly now: number;
  /** True if the operation may not take anything from the cache. */
  readonly isMutation: boolean;
}

/** Parts of all fetches from one subgraph. */
interface Sums {
  count: number;
  misses: number;
  stale: number;
  /** Least time for which a part from the cache may be used yet, in milliseconds; negative if it is stale. */
  leftMs: number;
  isMutation: boolean;
}

/** Name of this cache. */
const NAME = 'lockstep';

/**
 * Part of one operation that came from the cache, as `cache-status` tells it: with `ttl` below 0 for whatever is stale, and if it
 * is detailed, of each subgraph in any case.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9211
 */
export class CacheStatus {
  readonly #isDetailed: boolean;
  #bySubgraph: Map<string, Sums> | undefined;

  constructor(isDetailed: boolean) {
    this.#isDetailed = isDetailed;
  }

  add(subgraph: string, { entries, now, isMutation }: Parts): void {
    this.#bySubgraph ??= new Map();
    let sums = this.#bySubgraph.get(subgraph);
    if (!sums) {
      sums = { count: 0, misses: 0, stale: 0, leftMs: Number.POSITIVE_INFINITY, isMutation };
      this.#bySubgraph.set(subgraph, sums);
    }
    sums.count += entries.length;
    for (const entry of entries) {
      if (!entry) {
        sums.misses += 1;
        continue;
      }
      const leftMs = entry.since + entry.lifetimeMs - now;
      if (leftMs <= 0) sums.stale += 1;
      sums.leftMs = Math.min(sums.leftMs, leftMs);
    }
  }

  /** Value of the header; undefined if there is nothing to tell. */
  get header(): string | undefined {
    if (!this.#bySubgraph) return undefined;
    const all = [...this.#bySubgraph];
    if (this.#isDetailed) return all.map(([subgraph, sums]) => toMember(subgraph, sums)).join(', ');
    const leftMs = Math.min(...all.map(([, sums]) => sums.leftMs));
    return leftMs <= 0 ? `${NAME}; hit; ttl=${toSeconds(leftMs)}` : undefined;
  }
}

function toMember(subgraph: string, { count, misses, stale, leftMs, isMutation }: Sums): string {
  const name = quoted(`${NAME}/${subgraph}`);
  if (isMutation) return `${name}; fwd=method`;
  if (misses === count) return `${name}; fwd=miss`;
  const how = misses === 0 ? 'hit' : 'fwd=partial';
  const details = [
    ...(misses === 0 ? [] : [`${count - misses} of ${count}`]),
    ...(stale === 0 ? [] : [`${stale} stale`]),
  ];
  const detail = details.length === 0 ? '' : `; detail=${quoted(details.join(', '))}`;
  return `${name}; ${how}; ttl=${toSeconds(leftMs)}${detail}`;
}

/** Returns whole seconds, -1 or less for what is stale. */
function toSeconds(ms: number): number {
  return ms <= 0 ? Math.min(-1, Math.floor(ms / 1000)) : Math.floor(ms / 1000);
}

/** Writes a string of printable ASCII, which is all that the field may have (https://www.rfc-editor.org/rfc/rfc8941#section-3.3.3). */
function quoted(text: string): string {
  return `"${text.replaceAll(/[^ -~]/g, '?').replaceAll(/["\\]/g, '\\$&')}"`;
}

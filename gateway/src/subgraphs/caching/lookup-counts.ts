import type { FetchRequest } from '../../execution/fetching/fetch-request.ts';
import type { CacheCounts } from '../../telemetry/cache-counts.ts';
import { QUERY_TYPE } from './drop.ts';
import type { Found } from './found-entries.ts';

/** Result of looking for one part of a fetch. */
type Result = 'hit' | 'stale' | 'miss';

/** Counts what one fetch found, part by part and as a whole. */
export function countLookup(
  counts: CacheCounts,
  request: FetchRequest,
  { entries, stale }: Pick<Found, 'entries' | 'stale'>,
): void {
  const staleOnes = new Set(stale);
  const found: Record<Result, number> = { hit: 0, stale: 0, miss: 0 };
  entries.forEach((entry, index) => {
    const result = staleOnes.has(index) ? 'stale' : entry ? 'hit' : 'miss';
    found[result] += 1;
    counts.lookups.add(typeOf(request, index), result);
  });
  counts.fetches.add(typeOf(request, 0), resultOf(found, entries.length));
}

/** Counts stale parts that are used because the subgraph failed. They were misses before. */
export function countFallBack(counts: CacheCounts, request: FetchRequest, indices: readonly number[]): void {
  for (const index of indices) counts.lookups.add(typeOf(request, index), 'stale');
}

function resultOf({ stale, miss }: Record<Result, number>, count: number): Result | 'partial' {
  if (miss === count) return 'miss';
  if (miss > 0) return 'partial';
  return stale > 0 ? 'stale' : 'hit';
}

/** Returns the type of an entity, with which its representation begins. */
function typeOf({ representations }: FetchRequest, index: number): string {
  const representation = representations?.[index];
  if (representation === undefined) return QUERY_TYPE;
  return /^\{"__typename":"(\w+)"/.exec(representation)?.[1] ?? '';
}

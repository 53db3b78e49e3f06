import { Tally } from '@lockstep/runtime/telemetry/tally.ts';

/** Part of the cache that one type of one subgraph has: an entity's, or `Query` for root fetches. */
export interface CacheShare {
  readonly subgraph: string;
  readonly type: string;
  readonly size: number;
  readonly bytes: number;
  readonly evictions: number;
}

/** Counts of what the fetches from one subgraph found in the cache. */
export class CacheCounts {
  /** Entities, and answers to root fetches, by type and result. */
  readonly lookups = new Tally();
  /** Fetches by type and result. */
  readonly fetches = new Tally();
}

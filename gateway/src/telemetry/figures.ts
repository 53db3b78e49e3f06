import type { CacheShare } from './cache-counts.ts';
import type { RejectionCounts } from './rejection-counts.ts';

/** Counts of requests: for operations that were compiled already, that were not, and that can't be executed. */
export interface OperationCounts {
  hits: number;
  misses: number;
  unsupported: number;
}

/** Counts that are kept whether or not metrics are on. */
export interface Counts {
  readonly refusals: RejectionCounts;
  readonly operations: OperationCounts;
  readonly reloads: { accepted: number; refused: number };
}

/** Phase of a circuit breaker: all calls pass, none do, or one does as a probe. */
export type BreakerState = 'closed' | 'open' | 'half-open';

/** Figures of the response cache. */
export interface CacheFigures {
  readonly shares: Iterable<CacheShare>;
}

/** Metrics of the supergraph that is served. */
export interface SupergraphFigures {
  readonly compiledOperations: number;
  /** Yields the state of each circuit breaker. */
  breakers(): Iterable<readonly [subgraph: string, state: BreakerState]>;
  /** Yields each instance of the subgraphs that have several, and if calls go to it. */
  instances(): Iterable<readonly [subgraph: string, instance: string, isIn: boolean]>;
  /** Undefined if nothing is cached. */
  readonly cache: CacheFigures | undefined;
}

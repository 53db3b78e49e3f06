import type { CacheShare } from '../../telemetry/cache-counts.ts';
import { QUERY_TYPE, type Traits } from './drop.ts';

/** Share that is counted. */
export interface OpenShare extends CacheShare {
  size: number;
  bytes: number;
  evictions: number;
}

/** Share of a store that each type of each subgraph takes. */
export class CacheShares {
  readonly #bySubgraph = new Map<string, Map<string, OpenShare>>();

  of({ subgraph, entityType: type = QUERY_TYPE }: Traits): OpenShare {
    let byType = this.#bySubgraph.get(subgraph);
    if (!byType) {
      byType = new Map();
      this.#bySubgraph.set(subgraph, byType);
    }
    let share = byType.get(type);
    if (!share) {
      share = { subgraph, type, size: 0, bytes: 0, evictions: 0 };
      byType.set(type, share);
    }
    return share;
  }

  *all(): Iterable<CacheShare> {
    for (const byType of this.#bySubgraph.values()) yield* byType.values();
  }
}

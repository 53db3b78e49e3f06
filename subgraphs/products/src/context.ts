import type { Reach } from '@lockstep/subgraph-kit/failpoint.ts';
import DataLoader from 'dataloader';
import type { Kysely } from 'kysely';
import { findProducts, type Product } from './database/products.ts';
import type { Tables } from './database/tables.ts';
import type { FailpointName } from './failpoints.ts';

/** What one request carries. */
export interface Context {
  db: Kysely<Tables>;
  reach: Reach<FailpointName>;
  /** Aborted when nobody waits for the answer any more. */
  signal: AbortSignal;
  /** Products by key, one statement for all that are asked for together; null for an unknown key. */
  products: DataLoader<number, Product | null>;
}

export function createContext(db: Kysely<Tables>, reach: Reach<FailpointName>, signal: AbortSignal): Context {
  return {
    db,
    reach,
    signal,
    products: new DataLoader((keys) => findProducts(db, keys)),
  };
}

import type { Lifetime } from '@lockstep/runtime/http/deadline.ts';
import type { Reach } from '@lockstep/subgraph-kit/failpoint.ts';
import DataLoader from 'dataloader';
import type { Kysely } from 'kysely';
import { findProducts, type Product } from './database/products.ts';
import type { Tables } from './database/tables.ts';
import type { FailpointName } from './failpoints.ts';

/** Services that all operations share. */
export interface Services {
  readonly db: Kysely<Tables>;
  readonly reach: Reach<FailpointName>;
}

/** Context of one operation. */
export interface Context extends Services, Lifetime {
  /** Loads products by key, with one statement for all that are requested together; null for an unknown key. */
  products: DataLoader<number, Product | null>;
}

export function createContext({ db, reach }: Services, lifetime: Lifetime): Context {
  return {
    db,
    reach,
    ...lifetime,
    products: new DataLoader((keys) => findProducts(db, keys)),
  };
}

import type { Operation } from '@lockstep/subgraph-kit/execution/subgraph-executor.ts';
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
export interface Context extends Services, Operation {
  /** Loads products by key, with one statement for all that are requested together; null for an unknown key. */
  products: DataLoader<number, Product | null>;
}

export function createContext({ db, reach }: Services, operation: Operation): Context {
  const { budget } = operation;
  return {
    db,
    reach,
    ...operation,
    products: new DataLoader((keys) => budget.load(() => findProducts(db, keys))),
  };
}

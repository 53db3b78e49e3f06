import { MAX_SELECTS_A_STATEMENT } from '@lockstep/runtime/database/sqlite.ts';
import DataLoader from 'dataloader';
import type { Kysely } from 'kysely';
import { findOrders, findOrdersOfUsers, type Order, type PageOfUser } from './database/orders.ts';
import type { Tables } from './database/tables.ts';
import type { UsersClient } from './users-client.ts';

/** What one request carries. */
export interface Context {
  db: Kysely<Tables>;
  usersClient: UsersClient;
  /** Aborted when nobody waits for the answer any more. */
  signal: AbortSignal;
  /** Orders by key; null for an unknown key. */
  orders: DataLoader<number, Order | null>;
  /** Pages of users' orders. Like `orders`, one statement for all that are asked for together. */
  ordersOfUser: DataLoader<PageOfUser, Order[], string>;
}

export function createContext(db: Kysely<Tables>, usersClient: UsersClient, signal: AbortSignal): Context {
  return {
    db,
    usersClient,
    signal,
    orders: new DataLoader((keys) => findOrders(db, keys)),
    ordersOfUser: new DataLoader((pages) => findOrdersOfUsers(db, pages), {
      maxBatchSize: MAX_SELECTS_A_STATEMENT,
      cacheKeyFn: ({ userKey, first, after }) => `${userKey} ${first} ${after}`,
    }),
  };
}

import type { Lifetime } from '@lockstep/runtime/http/deadline.ts';
import { MAX_SELECTS_A_STATEMENT } from '@lockstep/subgraph-kit/database/sqlite.ts';
import type { Reach } from '@lockstep/subgraph-kit/failpoint.ts';
import DataLoader from 'dataloader';
import type { Kysely } from 'kysely';
import { findItemsOfOrders, type OrderItem } from './database/order-items.ts';
import { findOrders, findOrdersOfUsers, type Order, type PageOfUser } from './database/orders.ts';
import type { Tables } from './database/tables.ts';
import type { FailpointName } from './failpoints.ts';
import type { ProductsClient } from './products-client.ts';
import type { RunningCheckouts } from './running-checkouts.ts';
import type { UsersClient } from './users-client.ts';

/** What all requests share. */
export interface Services {
  db: Kysely<Tables>;
  usersClient: UsersClient;
  productsClient: ProductsClient;
  running: RunningCheckouts;
  checkoutTimeoutMs: number;
  reach: Reach<FailpointName>;
}

/** What one request carries. */
export interface Context extends Services, Lifetime {
  /** Orders by key; null for an unknown key. */
  orders: DataLoader<number, Order | null>;
  /** Pages of users' orders. Like `orders`, one statement for all that are asked for together. */
  ordersOfUser: DataLoader<PageOfUser, Order[], string>;
  /** The items of orders, by the orders' keys. */
  itemsOfOrder: DataLoader<number, OrderItem[]>;
}

export function createContext(services: Services, lifetime: Lifetime): Context {
  const { db } = services;
  return {
    ...services,
    ...lifetime,
    orders: new DataLoader((keys) => findOrders(db, keys)),
    ordersOfUser: new DataLoader((pages) => findOrdersOfUsers(db, pages), {
      maxBatchSize: MAX_SELECTS_A_STATEMENT,
      cacheKeyFn: ({ userKey, first, after }) => `${userKey} ${first} ${after}`,
    }),
    itemsOfOrder: new DataLoader((keys) => findItemsOfOrders(db, keys)),
  };
}

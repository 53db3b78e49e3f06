import { type PageLoader, pageLoader } from '@lockstep/subgraph-kit/database/pages.ts';
import type { Operation } from '@lockstep/subgraph-kit/execution/subgraph-executor.ts';
import type { NodeReference } from '@lockstep/subgraph-kit/node-id.ts';
import DataLoader from 'dataloader';
import { findItemsOfOrders, type OrderItem } from './database/order-items.ts';
import { findOrders, findOrdersOfUsers, type Order } from './database/orders.ts';
import type { NodeType } from './node-owners.generated.ts';
import type { Services } from './services.ts';

/** Context of one operation. */
export interface Context extends Services, Operation {
  /** Loads orders by key; null for an unknown key. */
  orders: DataLoader<number, Order | null>;
  /** Loads pages of users' orders. */
  ordersOfUser: PageLoader<Order>;
  /** Loads if nodes of other subgraphs exist, with one call to each subgraph. */
  nodeExists: DataLoader<NodeReference<NodeType>, boolean, string>;
  /** Loads the items of orders by the orders' keys. */
  itemsOfOrder: DataLoader<number, OrderItem[]>;
}

export function createContext(services: Services, operation: Operation): Context {
  const { budget } = operation;
  const { db } = services;
  return {
    ...services,
    ...operation,
    orders: new DataLoader((keys) => budget.load(() => findOrders(db, keys))),
    ordersOfUser: pageLoader(budget, (pages) => findOrdersOfUsers(db, pages)),
    nodeExists: new DataLoader((nodes) => budget.load(() => services.nodeOwners.exist(nodes, operation)), {
      cacheKeyFn: ({ type, key }) => `${type} ${key}`,
    }),
    itemsOfOrder: new DataLoader((keys) => budget.load(() => findItemsOfOrders(db, keys))),
  };
}

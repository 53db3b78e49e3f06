import { parseId, parsePage, toKey } from '@lockstep/subgraph-kit/arguments.ts';
import { readConnection } from '@lockstep/subgraph-kit/connection.ts';
import { DateTime, Money } from '@lockstep/subgraph-kit/scalars.ts';
import { cancelOrder } from './cancel-order.ts';
import { checkout } from './checkout.ts';
import { createOrder } from './create-order.ts';
import { listOrders } from './database/orders.ts';
import { findNode } from './find-node.ts';
import type { Resolvers } from './schema.generated.ts';

export const resolvers: Resolvers = {
  DateTime,
  Money,
  Query: {
    order: (_, { id }, { orders }) => orders.load(parseId('id', id)),
    orders: (_, { userId, ...page }, { db }) =>
      listOrders(db, parsePage(page), userId == null ? undefined : parseId('userId', userId)),
    ordersConnection(_, { userId, ...args }, { db }) {
      const userKey = userId == null ? undefined : parseId('userId', userId);
      return readConnection('OrderConnection', args, (page) => listOrders(db, page, userKey));
    },
    node: (_, { id }, context) => findNode(id, context),
  },
  Mutation: {
    createOrder: (_, input, context) => createOrder(context, input),
    checkout: (_, input, context) => checkout(context, input),
    cancelOrder: (_, input, context) => cancelOrder(context, input),
  },
  Node: {
    __resolveType: ({ __typename }) => __typename,
  },
  Order: {
    __resolveReference({ id }, { orders }) {
      const key = toKey(id);
      return key === undefined ? null : orders.load(key);
    },
    user: ({ userId }) => ({ id: userId }),
    items: ({ id }, _, { itemsOfOrder }) => itemsOfOrder.load(Number(id)),
  },
  OrderItem: {
    product: ({ productId }) => ({ id: productId }),
  },
  User: {
    orders({ id }, args, { ordersOfUser }) {
      const page = parsePage(args);
      const userKey = toKey(id);
      return userKey === undefined ? [] : ordersOfUser.load({ ownerKey: userKey, ...page });
    },
    ordersConnection({ id }, args, { ordersOfUser }) {
      const ownerKey = toKey(id);
      return readConnection('OrderConnection', args, async (page) =>
        ownerKey === undefined ? [] : ordersOfUser.load({ ownerKey, ...page }),
      );
    },
  },
};

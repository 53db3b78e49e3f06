import { parseId, parsePage, toKey } from '@lockstep/runtime/graphql/arguments.ts';
import { DateTime, Money } from '@lockstep/runtime/graphql/scalars.ts';
import { createOrder } from './create-order.ts';
import { listOrders } from './database/orders.ts';
import type { Resolvers } from './schema.generated.ts';

export const resolvers: Resolvers = {
  DateTime,
  Money,
  Query: {
    order: (_, { id }, { orders }) => orders.load(parseId('id', id)),
    orders: (_, { userId, ...page }, { db }) =>
      listOrders(db, parsePage(page), userId == null ? undefined : parseId('userId', userId)),
  },
  Mutation: {
    createOrder: (_, input, context) => createOrder(context, input),
  },
  Order: {
    __resolveReference({ id }, { orders }) {
      const key = toKey(id);
      return key === undefined ? null : orders.load(key);
    },
    user: ({ userId }) => ({ id: userId }),
  },
  User: {
    orders({ id }, args, { ordersOfUser }) {
      const page = parsePage(args);
      const userKey = toKey(id);
      return userKey === undefined ? [] : ordersOfUser.load({ userKey, ...page });
    },
  },
};

import { isDeepStrictEqual } from 'node:util';
import { ORDERS, ORDERS_A_USER, ordersOf, ownerOf, shopOrder, shopUser, USERS } from '../shop-data.ts';
import { type Operation, queryOperation } from './operation.ts';

const PAGE_LENGTH = 20;
const AMOUNT = '10.50';

/** 20 orders after a cursor, each with its user's name and e-mail. */
export const page: Operation = queryOperation({
  name: 'page',
  query: `query Page($after: ID) {
    orders(first: ${PAGE_LENGTH}, after: $after) { id amount status user { id name email } }
  }`,
  keys: ORDERS - PAGE_LENGTH,
  graph: 'shop',
  variables: (key) => ({ after: String(key + 1) }),
  expected: (key) => ({
    orders: Array.from({ length: PAGE_LENGTH }, (_, index) => {
      const orderKey = key + 2 + index;
      return { ...shopOrder(orderKey), user: shopUser(ownerOf(orderKey)) };
    }),
  }),
});

/** A user by id, with 20 orders. */
export const user: Operation = queryOperation({
  name: 'user',
  query: `query User($id: ID!) {
    user(id: $id) { id name email orders(first: ${ORDERS_A_USER}) { id amount status } }
  }`,
  keys: USERS,
  graph: 'shop',
  variables: (key) => ({ id: String(key + 1) }),
  expected: (key) => ({ user: { ...shopUser(key + 1), orders: ordersOf(key + 1).map(shopOrder) } }),
});

/** A new order, with its user: it is verified that the user exists, and the order is synced to disk. */
export const create: Operation = {
  name: 'create',
  query: `mutation Create($userId: ID!, $amount: Money!) {
    createOrder(userId: $userId, amount: $amount) { id amount status user { id name email } }
  }`,
  keys: USERS,
  graph: 'shop',
  variables: (key) => ({ userId: String(key + 1), amount: AMOUNT }),
  isRight(key, data) {
    const id = createdId(data);
    const order = { id, amount: AMOUNT, status: 'PENDING', user: shopUser(key + 1) };
    return Number(id) > ORDERS && isDeepStrictEqual(data, { createOrder: order });
  },
};

/** Returns the id of the new order, the only value not known in advance. */
function createdId(data: unknown): string | undefined {
  if (typeof data !== 'object' || data === null || !('createOrder' in data)) return undefined;
  const order: unknown = data.createOrder;
  if (typeof order !== 'object' || order === null || !('id' in order)) return undefined;
  return typeof order.id === 'string' ? order.id : undefined;
}

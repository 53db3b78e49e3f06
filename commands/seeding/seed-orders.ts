import { createHash } from 'node:crypto';
import { Progress } from '../terminal/progress.ts';
import { ask, dataOf } from './graph-client.ts';
import { listIds } from './list-ids.ts';
import { AT_A_TIME, type Seeded } from './seed-users.ts';
import { workThrough } from './work-through.ts';

const CHECKOUT = `mutation ($userId: ID!, $items: [CheckoutItem!]!, $idempotencyKey: String!) {
  checkout(userId: $userId, items: $items, idempotencyKey: $idempotencyKey) { id }
}`;

/** Largest number of products in an order, and of pieces of each. */
const MAX_ITEMS = 3;
const MAX_QUANTITY = 3;

/**
 * Makes `count` orders, spread evenly over the users. The key and the items of a user's n-th order never change, so sending
 * it again finds the same order.
 */
export async function seedOrders(
  url: string,
  { userIds, productIds }: { userIds: readonly string[]; productIds: readonly string[] },
  count: number,
): Promise<Seeded> {
  const orders = Array.from({ length: count }, (_, index) =>
    orderOf(userIds[index % userIds.length] ?? '', Math.floor(index / userIds.length), productIds),
  );
  const before = count === 0 ? new Set() : await listIds(url, 'orders');
  const progress = new Progress('orders', count);
  const ids = await workThrough(orders, AT_A_TIME, async (order) => {
    const { checkout } = dataOf(await ask<{ checkout: { id: string } }>(url, CHECKOUT, order));
    progress.step();
    return checkout.id;
  });
  const found = ids.filter((id) => before.has(id)).length;
  return { created: count - found, found };
}

function orderOf(userId: string, nth: number, productIds: readonly string[]) {
  const idempotencyKey = `seed/orders/${userId}/${nth}`;
  const random = createHash('sha256').update(idempotencyKey).digest();
  const first = random.readUInt16BE(0);
  const items = Array.from({ length: 1 + (random.readUInt8(2) % MAX_ITEMS) }, (_, index) => ({
    productId: productIds[(first + index) % productIds.length],
    quantity: 1 + (random.readUInt8(3 + index) % MAX_QUANTITY),
  }));
  return { userId, items, idempotencyKey };
}

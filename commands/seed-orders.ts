import { createHash } from 'node:crypto';
import { ask, dataOf } from './graph-client.ts';
import { AT_A_TIME, type Seeded } from './seed-users.ts';
import { Progress, workThrough } from './work.ts';

const CREATE_ORDER = `mutation ($userId: ID!, $amount: Money!, $idempotencyKey: String!) {
  createOrder(userId: $userId, amount: $amount, idempotencyKey: $idempotencyKey) { id }
}`;
const LIST_ORDERS = 'query ($after: ID) { orders(first: 100, after: $after) { id } }';

const ENDINGS = ['00', '49', '50', '90', '95', '99'];

/**
 * Sees to it that there are `count` orders, as many for each user, give or take one. The key and the amount of a user's
 * n-th order are always the same: sent again, it is the same order.
 */
export async function seedOrders(url: string, userIds: readonly string[], count: number): Promise<Seeded> {
  const orders = Array.from({ length: count }, (_, index) =>
    orderOf(userIds[index % userIds.length] ?? '', Math.floor(index / userIds.length)),
  );
  const before = count === 0 ? new Set() : await listOrders(url);
  const progress = new Progress('orders', count);
  const ids = await workThrough(orders, AT_A_TIME, async (order) => {
    const { createOrder } = dataOf(await ask<{ createOrder: { id: string } }>(url, CREATE_ORDER, order));
    progress.step();
    return createOrder.id;
  });
  const found = ids.filter((id) => before.has(id)).length;
  return { created: count - found, found };
}

function orderOf(userId: string, nth: number) {
  const idempotencyKey = `seed/${userId}/${nth}`;
  const random = createHash('sha256').update(idempotencyKey).digest();
  const whole = 3 + (random.readUInt16BE(0) % 150);
  const ending = ENDINGS[random.readUInt16BE(2) % ENDINGS.length];
  return { userId, amount: `${whole}.${ending}`, idempotencyKey };
}

/** The ids of all the orders that there are. */
async function listOrders(url: string): Promise<Set<string>> {
  const ids = new Set<string>();
  let after: string | undefined;
  do {
    const { orders } = dataOf(await ask<{ orders: { id: string }[] }>(url, LIST_ORDERS, { after }));
    for (const { id } of orders) ids.add(id);
    after = orders.at(-1)?.id;
  } while (after !== undefined);
  return ids;
}

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testDatabase } from '@lockstep/subgraph-kit/testing/test-database.ts';
import { migrations } from './migrations.ts';
import { findItemsOfOrders, type Item } from './order-items.ts';
import { insertOrder } from './orders.ts';
import { insertCheckout } from './sagas.ts';
import type { Tables } from './tables.ts';

test("returns each order's items by product, none for an order without any or that does not exist, in one statement", async (t) => {
  const { db, log } = await testDatabase<Tables>(t, migrations);
  const checkout = (...items: Item[]) => insertCheckout(db, { userKey: 1, items, idempotencyKey: null }, () => {});
  await checkout({ productKey: 9, quantity: 1 }, { productKey: 7, quantity: 2 });
  await insertOrder(db, { userKey: 1, amountMinor: 100, idempotencyKey: null });
  await checkout({ productKey: 7, quantity: 3 });
  log.clear();
  assert.deepEqual(await findItemsOfOrders(db, [3, 99, 2, 1]), [
    [{ productId: '7', quantity: 3, price: null }],
    [],
    [],
    [
      { productId: '7', quantity: 2, price: null },
      { productId: '9', quantity: 1, price: null },
    ],
  ]);
  assert.equal(log.statements().length, 1);
});

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { memoryDatabase } from '@lockstep/subgraph-kit/testing/memory-database.ts';
import { migrations } from './migrations.ts';
import type { Tables } from './tables.ts';

const PRODUCT = { name: 'Lamp', price_minor: 1999, stock: 5, put_in: 5 };

async function setUp(t: TestContext) {
  const { db } = await memoryDatabase<Tables>(t, migrations);
  await db.insertInto('products').values(PRODUCT).execute();
  return db;
}

test('the database itself refuses a stock below nothing and above what was put in, and a price of nothing', async (t) => {
  const db = await setUp(t);
  for (const row of [
    { ...PRODUCT, stock: -1 },
    { ...PRODUCT, stock: 6 },
    { ...PRODUCT, stock: 2 ** 31, put_in: 2 ** 31 },
    { ...PRODUCT, price_minor: 0 },
    { ...PRODUCT, name: '' },
  ]) {
    await assert.rejects(db.insertInto('products').values(row).execute(), { code: 'SQLITE_CONSTRAINT_CHECK' });
  }
});

test('the database itself refuses a second reservation of an order, and one of a product that does not exist', async (t) => {
  const db = await setUp(t);
  const reservation = { order_id: 1, state: 'RESERVED' as const, changed_at: '2026' };
  const item = { order_id: 1, product_id: 1, quantity: 1, price_minor: 1999 };
  await db.insertInto('reservations').values(reservation).execute();
  await db.insertInto('reservation_items').values(item).execute();
  await assert.rejects(db.insertInto('reservations').values(reservation).execute(), {
    code: 'SQLITE_CONSTRAINT_PRIMARYKEY',
  });
  for (const stray of [
    { ...item, product_id: 2 },
    { ...item, order_id: 2 },
  ]) {
    await assert.rejects(db.insertInto('reservation_items').values(stray).execute(), {
      code: 'SQLITE_CONSTRAINT_FOREIGNKEY',
    });
  }
});

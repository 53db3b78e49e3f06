import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { sqliteSchemaOf } from '@lockstep/subgraph-kit/testing/sqlite-schema.ts';
import { testDatabase } from '@lockstep/subgraph-kit/testing/test-database.ts';
import { violation } from '@lockstep/subgraph-kit/testing/test-location.ts';
import { migrations } from './migrations.ts';
import type { Tables } from './tables.ts';

const PRODUCT = { name: 'Lamp', price_minor: 1999, stock: 5, put_in: 5 };

async function setUp(t: TestContext) {
  const { db } = await testDatabase<Tables>(t, migrations);
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
    await assert.rejects(db.insertInto('products').values(row).execute(), violation('check'));
  }
});

test('the database itself refuses a second reservation of an order, and one of a product that does not exist', async (t) => {
  const db = await setUp(t);
  const reservation = { order_id: 1, state: 'RESERVED' as const, changed_at: '2026' };
  const item = { order_id: 1, product_id: 1, quantity: 1, price_minor: 1999 };
  await db.insertInto('reservations').values(reservation).execute();
  await db.insertInto('reservation_items').values(item).execute();
  await assert.rejects(db.insertInto('reservations').values(reservation).execute(), violation('primary key'));
  for (const stray of [
    { ...item, product_id: 2 },
    { ...item, order_id: 2 },
  ]) {
    await assert.rejects(db.insertInto('reservation_items').values(stray).execute(), violation('foreign key'));
  }
});

test('migrations make the SQLite schema that they made when they landed', async () => {
  const schema = readFileSync(join(import.meta.dirname, 'sqlite-schema.sql'), 'utf8');
  assert.equal(await sqliteSchemaOf(migrations), schema);
});

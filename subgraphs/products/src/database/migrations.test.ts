import assert from 'node:assert/strict';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { recordLog } from '@lockstep/runtime/testing/log-recorder.ts';
import { temporaryFolder } from '@lockstep/runtime/testing/temporary-folder.ts';
import { migrate } from '@lockstep/subgraph-kit/database/migrate.ts';
import { openDatabase } from '@lockstep/subgraph-kit/database/sqlite.ts';
import { memoryDatabase } from '@lockstep/subgraph-kit/testing/memory-database.ts';
import { sql } from 'kysely';
import { migrations } from './migrations.ts';
import type { Tables } from './tables.ts';

/** Opens the file, migrates it and closes it; gives its schema, and how many migrations ran. */
async function migrateFile(path: string): Promise<{ schema: unknown[]; ran: number }> {
  const { logger, lines } = recordLog();
  const db = openDatabase<Tables>(path, logger);
  await migrate(db, migrations, logger);
  const { rows } = await sql`select name, sql from sqlite_schema order by name`.execute(db);
  await db.destroy();
  return { schema: rows, ran: lines.filter(({ msg }) => msg?.startsWith('migrated: ')).length };
}

test('the migrations run on an empty file, and change nothing on one that has them', async (t) => {
  const path = join(await temporaryFolder(t), 'products.sqlite');
  const first = await migrateFile(path);
  const second = await migrateFile(path);
  assert.equal(first.ran, Object.keys(migrations).length);
  assert.equal(second.ran, 0);
  assert.deepEqual(second.schema, first.schema);
});

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

test('the database itself refuses a second reservation of an order, and one of a product that is not there', async (t) => {
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

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { recordLog } from '@lockstep/runtime/testing/log-recorder.ts';
import { temporaryFolder } from '@lockstep/runtime/testing/temporary-folder.ts';
import { migrate } from '@lockstep/subgraph-kit/database/migrate.ts';
import { openDatabase } from '@lockstep/subgraph-kit/database/open-database.ts';
import { sqliteSchemaOf } from '@lockstep/subgraph-kit/testing/sqlite-schema.ts';
import { testDatabase } from '@lockstep/subgraph-kit/testing/test-database.ts';
import { violation } from '@lockstep/subgraph-kit/testing/test-location.ts';
import { migrations } from './migrations.ts';
import type { NewOrderRow, Tables } from './tables.ts';

test('orders from before there were checkouts stay as they are, and the next one has the next id', async (t) => {
  const { logger } = recordLog();
  const path = join(await temporaryFolder(t), 'orders.sqlite');
  const db = await openDatabase<Tables>(path, logger);
  t.after(() => db.destroy());
  await migrate(db, migrationsUpTo('0001-orders'), logger);
  await db
    .insertInto('orders')
    .values([ORDER, { ...ORDER, user_id: 2, idempotency_key: 'k' }, ORDER])
    .execute();
  await db.deleteFrom('orders').where('id', '=', 3).execute();
  const before = await db.selectFrom('orders').selectAll().execute();

  await migrate(db, migrations, logger);

  assert.deepEqual(await db.selectFrom('orders').selectAll().execute(), before);
  const { id } = await db.insertInto('orders').values(ORDER).returning('id').executeTakeFirstOrThrow();
  assert.equal(id, 4);
});

test('cancels the orders whose stock is being released when it runs', async (t) => {
  const { db, log } = await testDatabase<Tables>(t);
  await migrate(db, migrationsUpTo('0002-checkout'), log.logger);
  const states = ['RESERVING', 'RELEASING', 'ENDED'] as const;
  for (const [index, state] of states.entries()) {
    await db
      .insertInto('orders')
      .values({ ...ORDER, status: 'CONFIRMED' })
      .execute();
    await db
      .insertInto('sagas')
      .values({ order_id: index + 1, state, changed_at: '2026' })
      .execute();
  }
  await migrate(db, migrations, log.logger);
  const rows = await db.selectFrom('orders').select('status').orderBy('id').execute();
  assert.deepEqual(
    rows.map(({ status }) => status),
    ['CONFIRMED', 'CANCELLED', 'CONFIRMED'],
  );
});

function migrationsUpTo(last: string) {
  return Object.fromEntries(Object.entries(migrations).filter(([name]) => name <= last));
}

const ORDER: NewOrderRow = {
  user_id: 1,
  amount_minor: 1,
  status: 'PENDING',
  idempotency_key: null,
  created_at: '2026',
};

async function insert(t: TestContext, ...rows: NewOrderRow[]): Promise<void> {
  const { db } = await testDatabase<Tables>(t, migrations);
  for (const row of rows) await db.insertInto('orders').values(row).execute();
}

test('the database itself refuses an order without a user or an amount', async (t) => {
  await insert(t, ORDER);
  for (const row of [
    { ...ORDER, user_id: 0 },
    { ...ORDER, amount_minor: 0, status: 'CONFIRMED' as const },
    { ...ORDER, amount_minor: -1 },
  ]) {
    await assert.rejects(insert(t, row), violation('check'));
  }
});

test('orders with items and checkouts stay as they are when keys become those of their users', async (t) => {
  const { db, log } = await testDatabase<Tables>(t);
  await migrate(db, migrationsUpTo('0003-cancelled-at-once'), log.logger);
  await db
    .insertInto('orders')
    .values([{ ...ORDER, idempotency_key: 'k' }, ORDER, ORDER])
    .execute();
  await db
    .insertInto('order_items')
    .values([1, 2].map((id) => ({ order_id: id, product_id: 7, quantity: 2, price_minor: null })))
    .execute();
  await db.insertInto('sagas').values({ order_id: 1, state: 'RESERVING', changed_at: '2026' }).execute();
  await db.deleteFrom('orders').where('id', '=', 3).execute();
  const read = () =>
    Promise.all(
      (['orders', 'order_items', 'sagas'] as const).map((table) => db.selectFrom(table).selectAll().execute()),
    );
  const before = await read();

  await migrate(db, migrationsUpTo('0004-keys-of-users'), log.logger);

  assert.deepEqual(await read(), before);
  assert.equal((await db.insertInto('orders').values(ORDER).returning('id').executeTakeFirstOrThrow()).id, 4);
  await assert.rejects(db.deleteFrom('orders').where('id', '=', 1).execute(), violation('foreign key'));
});

test('the database itself refuses a second order of a user with a key', async (t) => {
  await insert(t, ORDER, ORDER);
  const withKey = { ...ORDER, idempotency_key: 'k' };
  await insert(t, withKey, { ...withKey, user_id: 2 });
  await assert.rejects(insert(t, withKey, withKey), violation('unique'));
});

test('migrations make the SQLite schema that they made when they landed', async () => {
  const schema = readFileSync(join(import.meta.dirname, 'sqlite-schema.sql'), 'utf8');
  assert.equal(await sqliteSchemaOf(migrationsUpTo('0005-processes-of-checkouts')), schema);
});

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { recordLog } from '@lockstep/runtime/testing/log-recorder.ts';
import { temporaryFolder } from '@lockstep/runtime/testing/temporary-folder.ts';
import { migrate } from '@lockstep/subgraph-kit/database/migrate.ts';
import { openDatabase } from '@lockstep/subgraph-kit/database/sqlite.ts';
import { memoryDatabase } from '@lockstep/subgraph-kit/testing/memory-database.ts';
import { migrations } from './migrations.ts';
import type { NewOrderRow, Tables } from './tables.ts';

test('orders from before there were checkouts stay as they are, and the next one has the next id', async (t) => {
  const { logger } = recordLog();
  const path = join(await temporaryFolder(t), 'orders.sqlite');
  const db = openDatabase<Tables>(path, logger);
  t.after(() => db.destroy());
  const { '0001-orders': first } = migrations;
  assert.ok(first);
  await migrate(db, { '0001-orders': first }, logger);
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
  const { db, log } = await memoryDatabase<Tables>(t);
  const { '0003-cancelled-at-once': _, ...earlier } = migrations;
  await migrate(db, earlier, log.logger);
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

const ORDER: NewOrderRow = {
  user_id: 1,
  amount_minor: 1,
  status: 'PENDING',
  idempotency_key: null,
  created_at: '2026',
};

async function insert(t: TestContext, ...rows: NewOrderRow[]): Promise<void> {
  const { db } = await memoryDatabase<Tables>(t, migrations);
  for (const row of rows) await db.insertInto('orders').values(row).execute();
}

test('the database itself refuses an order without a user or an amount', async (t) => {
  await insert(t, ORDER);
  for (const row of [
    { ...ORDER, user_id: 0 },
    { ...ORDER, amount_minor: 0, status: 'CONFIRMED' as const },
    { ...ORDER, amount_minor: -1 },
  ]) {
    await assert.rejects(insert(t, row), { code: 'SQLITE_CONSTRAINT_CHECK' });
  }
});

test('the database itself refuses a second order with a key', async (t) => {
  await insert(t, ORDER, ORDER);
  const withKey = { ...ORDER, idempotency_key: 'k' };
  await assert.rejects(insert(t, withKey, withKey), { code: 'SQLITE_CONSTRAINT_UNIQUE' });
});

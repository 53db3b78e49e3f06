import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Kysely, sql } from 'kysely';
import { testDatabase } from '../testing/test-database.ts';
import { TEST_ENGINE } from '../testing/test-location.ts';
import { engineOf } from './engines/engine.ts';
import { inTransaction } from './transaction.ts';

interface Tables {
  things: { id: number; name: string };
}

async function createThings(db: Kysely<Tables>): Promise<void> {
  const { tableOptions, wholeNumber, identity } = engineOf(db);
  await db.schema
    .createTable('things')
    .addColumn('id', wholeNumber, identity)
    .addColumn('name', 'text', (column) => column.notNull())
    .modifyEnd(tableOptions)
    .execute();
}

test('a transaction that fails leaves nothing', async (t) => {
  const { db } = await testDatabase<Tables>(t);
  await createThings(db);
  const failed = inTransaction(db, async (transaction) => {
    await transaction.insertInto('things').values({ id: 1, name: 'half' }).execute();
    throw new Error('half-way');
  });
  await assert.rejects(failed, { message: 'half-way' });
  assert.deepEqual(await db.selectFrom('things').selectAll().execute(), []);
});

test('each statement is logged at level debug, with its values left out', async (t) => {
  const { db, log } = await testDatabase<Tables>(t);
  await createThings(db);
  log.clear();
  await db.insertInto('things').values({ id: 1, name: 'private' }).execute();
  const values = TEST_ENGINE === 'sqlite' ? '?, ?' : '$1, $2';
  assert.deepEqual(log.statements(), [`insert into "things" ("id", "name") values (${values})`]);
  assert.equal(log.lines[0]?.level, 20);
  assert.doesNotMatch(JSON.stringify(log.lines), /private/);
});

test('the last id of a table can be read and set, and the next one follows it', async (t) => {
  const { db } = await testDatabase<Tables>(t);
  await createThings(db);
  const { lastIdentity, setLastIdentity } = engineOf(db);
  const insert = async () => {
    const query = sql<{ id: number }>`insert into things (name) values ('a') returning id`;
    return (await query.execute(db)).rows[0]?.id;
  };
  assert.equal(await lastIdentity(db, 'things'), 0);
  assert.equal(await insert(), 1);
  await setLastIdentity(db, 'things', 41);
  assert.equal(await lastIdentity(db, 'things'), 41);
  assert.equal(await insert(), 42);
  await setLastIdentity(db, 'things', 0);
  assert.equal(await lastIdentity(db, 'things'), 0);
});

test('a whole number is exact up to 2^53', async (t) => {
  const { db } = await testDatabase<Tables>(t);
  await createThings(db);
  await db.insertInto('things').values({ id: Number.MAX_SAFE_INTEGER, name: 'the last' }).execute();
  assert.deepEqual(await db.selectFrom('things').selectAll().execute(), [
    { id: Number.MAX_SAFE_INTEGER, name: 'the last' },
  ]);
});

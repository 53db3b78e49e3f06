import assert from 'node:assert/strict';
import { test } from 'node:test';
import SqliteDatabase from 'better-sqlite3';
import { type Kysely, sql } from 'kysely';
import { testDatabase } from '../testing/test-database.ts';
import { TEST_ENGINE } from '../testing/test-location.ts';
import { prepare } from './prepared.ts';

interface Tables {
  notes: { id: number; text: string };
}

test('a query is built once, its statement prepared once, and each run has its own values', async (t) => {
  const { db } = await testDatabase<Tables>(t);
  await sql`create table notes (id integer primary key, text text not null)`.execute(db);
  const insert = [1, 2, 3].map((id) => ({ id, text: `note ${id}` }));
  await db.insertInto('notes').values(insert).execute();
  let built = 0;
  const textsAfter = prepare<Tables, { id: number; prefix: string }, { text: string }>(
    (on: Kysely<Tables>, parameter) => {
      built += 1;
      return on
        .selectFrom('notes')
        .select('text')
        .where('id', '>', parameter('id'))
        .where('text', 'like', parameter('prefix'))
        .limit(1);
    },
  );
  const prepared = t.mock.method(SqliteDatabase.prototype, 'prepare');
  for (const id of [0, 1, 2, 3]) {
    const rows = await textsAfter(db, { id, prefix: 'note%' });
    assert.deepEqual(rows, id === 3 ? [] : [{ text: `note ${id + 1}` }]);
  }
  assert.deepEqual(await textsAfter(db, { id: 0, prefix: 'other%' }), []);
  assert.deepEqual([built, prepared.mock.callCount()], [1, TEST_ENGINE === 'sqlite' ? 1 : 0]);
});

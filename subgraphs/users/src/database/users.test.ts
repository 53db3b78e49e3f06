import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { testDatabase } from '@lockstep/subgraph-kit/testing/test-database.ts';
import { migrations } from './migrations.ts';
import type { Tables } from './tables.ts';
import { findUsers, insertUser, listUsers } from './users.ts';

/** A database with this many users, whose keys are 1, 2, 3 … */
async function setUp(t: TestContext, count: number) {
  const { db, log } = await testDatabase<Tables>(t, migrations);
  for (let key = 1; key <= count; key++) await insertUser(db, { name: `User ${key}`, email: `${key}@example.com` });
  log.clear();
  return { db, log };
}

const ids = (users: readonly ({ id: string } | null)[]) => users.map((user) => user?.id ?? null);

describe('findUsers', () => {
  test("returns users in the keys' order, null for an unknown one", async (t) => {
    const { db } = await setUp(t, 3);
    assert.deepEqual(ids(await findUsers(db, [3, 99, 1, 2])), ['3', null, '1', '2']);
  });

  test('returns a user as often as its key is there', async (t) => {
    const { db } = await setUp(t, 1);
    assert.deepEqual(ids(await findUsers(db, [1, 1])), ['1', '1']);
  });

  test('is one statement, however many keys there are', async (t) => {
    const { db, log } = await setUp(t, 3);
    const found = await findUsers(
      db,
      Array.from({ length: 10_000 }, (_, index) => index + 1),
    );
    assert.equal(log.statements().length, 1);
    assert.deepEqual(ids(found.slice(0, 4)), ['1', '2', '3', null]);
  });

  test('returns nothing for no keys', async (t) => {
    const { db } = await setUp(t, 1);
    assert.deepEqual(await findUsers(db, []), []);
  });
});

describe('listUsers', () => {
  test('returns pages that follow each other in id order', async (t) => {
    const { db } = await setUp(t, 5);
    assert.deepEqual(ids(await listUsers(db, { first: 2, after: 0 })), ['1', '2']);
    assert.deepEqual(ids(await listUsers(db, { first: 2, after: 2 })), ['3', '4']);
    assert.deepEqual(ids(await listUsers(db, { first: 2, after: 4 })), ['5']);
    assert.deepEqual(ids(await listUsers(db, { first: 2, after: 5 })), []);
  });

  test('goes on after an id that is gone', async (t) => {
    const { db } = await setUp(t, 4);
    await db.deleteFrom('users').where('id', '=', 2).execute();
    assert.deepEqual(ids(await listUsers(db, { first: 2, after: 2 })), ['3', '4']);
  });

  test('neither skips nor repeats a user if another is made between two pages', async (t) => {
    const { db } = await setUp(t, 3);
    const first = await listUsers(db, { first: 2, after: 0 });
    await insertUser(db, { name: 'Late', email: 'late@example.com' });
    const second = await listUsers(db, { first: 2, after: Number(first.at(-1)?.id) });
    assert.deepEqual([...ids(first), ...ids(second)], ['1', '2', '3', '4']);
  });
});

describe('insertUser', () => {
  test('returns undefined for an address that is taken, and changes nothing', async (t) => {
    const { db } = await setUp(t, 1);
    assert.equal(await insertUser(db, { name: 'Eve', email: '1@EXAMPLE.com' }), undefined);
    assert.equal((await findUsers(db, [1]))[0]?.name, 'User 1');
  });

  test('never gives the id of a user who is gone to another', async (t) => {
    const { db } = await setUp(t, 2);
    await db.deleteFrom('users').where('id', '=', 2).execute();
    assert.equal((await insertUser(db, { name: 'Next', email: 'next@example.com' }))?.id, '3');
  });
});

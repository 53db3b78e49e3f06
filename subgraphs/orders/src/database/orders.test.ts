import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { testDatabase } from '@lockstep/subgraph-kit/testing/test-database.ts';
import { migrations } from './migrations.ts';
import { findOrderByIdempotencyKey, findOrders, findOrdersOfUsers, insertOrder, listOrders } from './orders.ts';
import type { Tables } from './tables.ts';

/** A database whose orders 1, 2, 3 … belong to these users. */
async function setUp(t: TestContext, ...userKeys: number[]) {
  const { db, log } = await testDatabase<Tables>(t, migrations);
  for (const userKey of userKeys) await insertOrder(db, { userKey, amountMinor: 100, idempotencyKey: null });
  log.clear();
  return { db, log };
}

const ids = (orders: readonly ({ id: string } | null)[]) => orders.map((order) => order?.id ?? null);

describe('findOrders', () => {
  test("returns orders in the keys' order, null for an unknown one, in one statement", async (t) => {
    const { db, log } = await setUp(t, 1, 1, 2);
    assert.deepEqual(ids(await findOrders(db, [3, 99, 1, 1])), ['3', null, '1', '1']);
    assert.equal(log.statements().length, 1);
  });
});

describe('listOrders', () => {
  test('returns pages that follow each other in id order', async (t) => {
    const { db } = await setUp(t, 1, 2, 1, 2, 1);
    assert.deepEqual(ids(await listOrders(db, { first: 2, after: 0 })), ['1', '2']);
    assert.deepEqual(ids(await listOrders(db, { first: 2, after: 2 })), ['3', '4']);
    assert.deepEqual(ids(await listOrders(db, { first: 2, after: 4 })), ['5']);
  });

  test("returns one user's orders, page by page", async (t) => {
    const { db } = await setUp(t, 1, 2, 1, 2, 1);
    assert.deepEqual(ids(await listOrders(db, { first: 2, after: 0 }, 1)), ['1', '3']);
    assert.deepEqual(ids(await listOrders(db, { first: 2, after: 3 }, 1)), ['5']);
    assert.deepEqual(ids(await listOrders(db, { first: 2, after: 0 }, 99)), []);
  });
});

describe('findOrdersOfUsers', () => {
  test('returns a page for each user, in one statement', async (t) => {
    const { db, log } = await setUp(t, 1, 2, 1, 3, 2, 1);
    const pages = await findOrdersOfUsers(db, [
      { ownerKey: 3, first: 2, after: 0 },
      { ownerKey: 1, first: 2, after: 0 },
      { ownerKey: 99, first: 2, after: 0 },
      { ownerKey: 2, first: 2, after: 2 },
    ]);
    assert.deepEqual(pages.map(ids), [['4'], ['1', '3'], [], ['5']]);
    assert.equal(log.statements().length, 1);
  });

  test('returns two pages of the same user', async (t) => {
    const { db, log } = await setUp(t, 1, 1, 1, 1);
    const pages = await findOrdersOfUsers(db, [
      { ownerKey: 1, first: 3, after: 1 },
      { ownerKey: 1, first: 1, after: 0 },
    ]);
    assert.deepEqual(pages.map(ids), [['2', '3', '4'], ['1']]);
    assert.equal(log.statements().length, 1);
  });

  test('returns a hundred pages in one statement', async (t) => {
    const userKeys = Array.from({ length: 100 }, (_, index) => index + 1);
    const { db, log } = await setUp(t, ...userKeys);
    const pages = await findOrdersOfUsers(
      db,
      userKeys.map((ownerKey) => ({ ownerKey, first: 100, after: 0 })),
    );
    assert.deepEqual(
      pages.map(ids),
      userKeys.map((key) => [String(key)]),
    );
    assert.equal(log.statements().length, 1);
  });

  test('returns nothing for no pages, without a statement', async (t) => {
    const { db, log } = await setUp(t, 1);
    assert.deepEqual(await findOrdersOfUsers(db, []), []);
    assert.deepEqual(log.statements(), []);
  });
});

describe('insertOrder', () => {
  test('returns its own order while others insert', async (t) => {
    const { db } = await setUp(t);
    const orders = await Promise.all(
      [1, 2, 3].map((userKey) => insertOrder(db, { userKey, amountMinor: userKey * 100, idempotencyKey: null })),
    );
    assert.deepEqual(
      orders.map(({ userId, amount }) => [userId, amount]),
      [
        ['1', 100],
        ['2', 200],
        ['3', 300],
      ],
    );
    assert.equal(new Set(ids(orders)).size, 3);
  });

  test('returns the first order of the user with its key, and inserts no other', async (t) => {
    const { db } = await setUp(t);
    const first = await insertOrder(db, { userKey: 1, amountMinor: 100, idempotencyKey: 'k' });
    assert.deepEqual(await insertOrder(db, { userKey: 1, amountMinor: 200, idempotencyKey: 'k' }), first);
    assert.deepEqual(await listOrders(db, { first: 10, after: 0 }), [first]);
  });

  test('keeps the largest amount exact', async (t) => {
    const { db } = await setUp(t);
    const amountMinor = Number.MAX_SAFE_INTEGER;
    await insertOrder(db, { userKey: 1, amountMinor, idempotencyKey: null });
    assert.equal((await findOrders(db, [1]))[0]?.amount, amountMinor);
  });
});

describe('findOrderByIdempotencyKey', () => {
  test("returns the order of the user's key, whose case matters", async (t) => {
    const { db } = await setUp(t);
    const order = await insertOrder(db, { userKey: 1, amountMinor: 100, idempotencyKey: 'k' });
    assert.deepEqual(await findOrderByIdempotencyKey(db, 1, 'k'), order);
    assert.equal(await findOrderByIdempotencyKey(db, 1, 'K'), undefined);
    assert.equal(await findOrderByIdempotencyKey(db, 2, 'k'), undefined);
  });
});

import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { testDatabase } from '@lockstep/subgraph-kit/testing/test-database.ts';
import { migrations } from './migrations.ts';
import { getOrder } from './orders.ts';
import {
  cancelAny,
  cancelUnconfirmed,
  confirmOrder,
  endReleased,
  findSaga,
  findSagasNotEnded,
  insertCheckout,
} from './sagas.ts';
import type { Tables } from './tables.ts';

const PRICED = { items: [{ productKey: 7, quantity: 2, priceMinor: 150 }], amountMinor: 300 };
const reach = () => {};

/** The order 1, as a checkout has written it. */
async function setUp(t: TestContext) {
  const { db } = await testDatabase<Tables>(t, migrations);
  await insertCheckout(db, { userKey: 1, items: PRICED.items, idempotencyKey: 'k' }, reach);
  return {
    db,
    confirm: () => confirmOrder(db, 1, PRICED, reach),
    cancel: () => cancelUnconfirmed(db, 1, null, reach),
    end: () => endReleased(db, 1),
    /** The order's status and amount, and the saga's state. */
    seen: async () => {
      const { status, amount } = await getOrder(db, 1);
      return `${status} ${amount} ${(await findSaga(db, 1))?.state}`;
    },
  };
}

describe('a saga', () => {
  test('is confirmed with its prices and their sum', async (t) => {
    const { confirm, seen } = await setUp(t);
    assert.equal(await confirm(), true);
    assert.equal(await seen(), 'CONFIRMED 300 ENDED');
  });

  test('is not confirmed once its order is cancelled', async (t) => {
    const { confirm, cancel, end, seen } = await setUp(t);
    assert.equal(await cancel(), true);
    assert.equal(await confirm(), false);
    assert.equal(await seen(), 'CANCELLED 0 RELEASING');
    await end();
    assert.equal(await confirm(), false);
    assert.equal(await seen(), 'CANCELLED 0 ENDED');
  });

  test('of a confirmed order is only ended by cancelAny', async (t) => {
    const { db, confirm, cancel, end, seen } = await setUp(t);
    await confirm();
    assert.equal(await cancel(), false);
    await end();
    assert.equal(await seen(), 'CONFIRMED 300 ENDED');
    assert.equal(await cancelAny(db, 1, reach), true);
    assert.equal(await seen(), 'CANCELLED 300 RELEASING');
    await end();
    assert.equal(await seen(), 'CANCELLED 300 ENDED');
    assert.equal(await cancelAny(db, 1, reach), false);
  });

  test('that is being released may be released by any caller', async (t) => {
    const { db, cancel } = await setUp(t);
    assert.deepEqual([await cancel(), await cancel()], [true, true]);
    assert.equal(await cancelAny(db, 1, reach), true);
  });

  test('keeps the error of a refused checkout', async (t) => {
    const { db } = await setUp(t);
    const refusal = { message: 'items: there are 1 left', extensions: { code: 'INSUFFICIENT_STOCK', left: 1 } };
    await cancelUnconfirmed(db, 1, refusal, reach);
    const saga = await findSaga(db, 1);
    assert.deepEqual([saga?.state, saga?.refusal], ['RELEASING', refusal]);
  });
});

describe('findSagasNotEnded', () => {
  test('returns those that have not ended', async (t) => {
    const { db, confirm } = await setUp(t);
    await insertCheckout(db, { userKey: 1, items: PRICED.items, idempotencyKey: null }, reach);
    await confirm();
    assert.deepEqual(
      (await findSagasNotEnded(db)).map(({ orderKey }) => orderKey),
      [2],
    );
  });
});

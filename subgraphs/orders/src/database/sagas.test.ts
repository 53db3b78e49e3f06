import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { memoryDatabase } from '@lockstep/subgraph-kit/testing/memory-database.ts';
import { migrations } from './migrations.ts';
import { getOrder } from './orders.ts';
import {
  cancelReleased,
  confirmOrder,
  decideCancellation,
  decideRelease,
  findSaga,
  findSagasNotEnded,
  insertCheckout,
} from './sagas.ts';
import type { Tables } from './tables.ts';

const PRICED = { items: [{ productKey: 7, quantity: 2, priceMinor: 150 }], amountMinor: 300 };
const reach = () => {};

/** The order 1, as a checkout has written it. */
async function setUp(t: TestContext) {
  const { db } = await memoryDatabase<Tables>(t, migrations);
  await insertCheckout(db, { userKey: 1, items: PRICED.items, idempotencyKey: 'k' }, reach);
  return {
    db,
    confirm: () => confirmOrder(db, 1, PRICED, reach),
    decideRelease: () => decideRelease(db, 1, null),
    cancel: () => cancelReleased(db, 1, reach),
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

  test('is not confirmed any more once its release is decided', async (t) => {
    const { decideRelease, confirm, cancel, seen } = await setUp(t);
    assert.equal(await decideRelease(), true);
    assert.equal(await confirm(), false);
    assert.equal(await seen(), 'PENDING 0 RELEASING');
    await cancel();
    assert.equal(await confirm(), false);
    assert.equal(await seen(), 'CANCELLED 0 ENDED');
  });

  test('is not released any more once it is confirmed, but for a cancellation', async (t) => {
    const { db, decideRelease, confirm, cancel, seen } = await setUp(t);
    await confirm();
    assert.equal(await decideRelease(), false);
    await cancel();
    assert.equal(await seen(), 'CONFIRMED 300 ENDED');
    assert.equal(await decideCancellation(db, 1), true);
    assert.equal(await seen(), 'CONFIRMED 300 RELEASING');
    await cancel();
    assert.equal(await seen(), 'CANCELLED 300 ENDED');
    assert.equal(await decideCancellation(db, 1), false);
  });

  test('that is being released is to be released by whoever asks', async (t) => {
    const { db, decideRelease } = await setUp(t);
    assert.deepEqual([await decideRelease(), await decideRelease()], [true, true]);
    assert.equal(await decideCancellation(db, 1), true);
  });

  test('keeps what the client was told', async (t) => {
    const { db } = await setUp(t);
    const refusal = { message: 'items: there are 1 left', extensions: { code: 'INSUFFICIENT_STOCK', left: 1 } };
    await decideRelease(db, 1, refusal);
    assert.deepEqual(await findSaga(db, 1), { orderKey: 1, state: 'RELEASING', refusal });
  });
});

describe('findSagasNotEnded', () => {
  test('gives those that have not ended', async (t) => {
    const { db, confirm } = await setUp(t);
    await insertCheckout(db, { userKey: 1, items: PRICED.items, idempotencyKey: null }, reach);
    await confirm();
    assert.deepEqual(
      (await findSagasNotEnded(db)).map(({ orderKey }) => orderKey),
      [2],
    );
  });
});

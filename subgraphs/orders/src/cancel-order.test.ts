import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { knows } from '@lockstep/subgraph-kit/testing/peer-server.ts';
import { createOrder } from './create-order.ts';
import { insertOrder } from './database/orders.ts';
import { eventually, setUpOrders } from './testing/orders.ts';
import { reserved } from './testing/products-server.ts';

describe('cancelOrder', () => {
  test('cancels a confirmed order and releases its stock, once', async (t) => {
    const { checkout, cancel, products, rows } = await setUpOrders(t);
    const order = await checkout();
    const cancelled = { ...order, status: 'CANCELLED' };
    for (let times = 0; times < 3; times += 1) assert.deepEqual(await cancel('1'), cancelled);
    assert.deepEqual(products.asked, ['reserve 1', 'release 1']);
    assert.deepEqual(await rows(), ['CANCELLED 3998 ENDED']);
  });

  test('cancels an order of createOrder, which has no stock', async (t) => {
    const { db, cancel, products, rows } = await setUpOrders(t);
    await insertOrder(db, { userKey: 1, amountMinor: 100, idempotencyKey: null });
    for (let times = 0; times < 2; times += 1) assert.equal((await cancel('1')).status, 'CANCELLED');
    assert.deepEqual(products.asked, []);
    assert.deepEqual(await rows(), ['CANCELLED 100 no saga']);
  });

  test('rejects an unknown order and a malformed id', async (t) => {
    const { cancel } = await setUpOrders(t);
    await assert.rejects(cancel('99'), {
      message: 'id: there is no order 99',
      extensions: { code: 'ORDER_NOT_FOUND' },
    });
    await assert.rejects(cancel('x'), { extensions: { code: 'BAD_USER_INPUT', argument: 'id' } });
  });

  test('cancels a checkout that is under way, which then returns the cancelled order', async (t) => {
    const { checkout, cancel, products, rows } = await setUpOrders(t);
    const asked = Promise.withResolvers<void>();
    const answered = Promise.withResolvers<void>();
    products.onReserve = async (reservation) => {
      asked.resolve();
      await answered.promise;
      return reserved(reservation);
    };
    const order = checkout({ idempotencyKey: 'k' });
    await asked.promise;
    assert.equal((await cancel('1')).status, 'CANCELLED');
    answered.resolve();
    assert.equal((await order).status, 'CANCELLED');
    assert.equal((await checkout({ idempotencyKey: 'k' })).status, 'CANCELLED');
    assert.deepEqual(await rows(), ['CANCELLED 0 ENDED']);
  });

  for (const [failure, answer] of [
    ['an error', { errors: [{ message: 'boom' }] }],
    ['no answer', undefined],
  ] as const) {
    test(`cancels the order if products gives ${failure}, and the sweep releases its stock later`, async (t) => {
      const { checkout, cancel, products, rows, sweep } = await setUpOrders(t, knows('1'), {
        PRODUCTS_TIMEOUT_MS: '200',
      });
      const { onRelease } = products;
      await checkout();
      products.onRelease = () => answer;
      assert.equal((await cancel('1')).status, 'CANCELLED');
      assert.deepEqual(await rows(), ['CANCELLED 3998 RELEASING']);
      products.onRelease = onRelease;
      sweep();
      await eventually(rows, ([order]) => order === 'CANCELLED 3998 ENDED');
    });
  }

  test('writes nothing if its time is over', async (t) => {
    const { checkout, cancel, rows } = await setUpOrders(t);
    await checkout();
    await assert.rejects(cancel('1', AbortSignal.abort()), { extensions: { code: 'DEADLINE_EXCEEDED' } });
    assert.deepEqual(await rows(), ['CONFIRMED 3998 ENDED']);
  });

  test('waits for products no longer than its request does', async (t) => {
    const { checkout, cancel, products } = await setUpOrders(t);
    await checkout();
    products.onRelease = () => undefined;
    const start = performance.now();
    assert.equal((await cancel('1', AbortSignal.timeout(100))).status, 'CANCELLED');
    assert.ok(performance.now() - start < 1500);
  });
});

test('createOrder refuses the key of a checkout, whatever became of it', async (t) => {
  const { services, checkout, cancel } = await setUpOrders(t);
  const { signal } = new AbortController();
  const create = () => createOrder({ ...services, signal }, { userId: '1', amount: '39.98', idempotencyKey: 'k' });
  await checkout({ idempotencyKey: 'k' });
  await assert.rejects(create(), { extensions: { code: 'IDEMPOTENCY_KEY_REUSED' } });
  await cancel('1');
  await assert.rejects(create(), { extensions: { code: 'IDEMPOTENCY_KEY_REUSED' } });
});

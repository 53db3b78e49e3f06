import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { outageOf } from '@lockstep/runtime/testing/outage.ts';
import { hangs, hangsUp, knows } from '@lockstep/subgraph-kit/testing/peer-server.ts';
import type { CheckoutInput } from './checkout-input.ts';
import { insertOrder } from './database/orders.ts';
import { confirmOrder, insertCheckout } from './database/sagas.ts';
import { CHECKOUT, setUpOrders } from './testing/orders.ts';
import { refused, reserved } from './testing/products-server.ts';

const OUT_OF_TIME = {
  message: 'The time ran out before it was settled; ask again to see how it ended',
  extensions: { code: 'DEADLINE_EXCEEDED' },
};
const INSUFFICIENT = refused('INSUFFICIENT_STOCK', 'items: there are 1 left of product 7', { productId: '7', left: 1 });
const INSUFFICIENT_ERROR = {
  message: 'items: there are 1 left of product 7',
  extensions: { code: 'INSUFFICIENT_STOCK', productId: '7', left: 1 },
};
const REUSED = {
  message: 'idempotencyKey: this key was used before, for another order of this user; use a new key for a new order',
  extensions: { code: 'IDEMPOTENCY_KEY_REUSED' },
};

describe('checkout', () => {
  test('returns the confirmed order, with the exact sum of the prices at reservation', async (t) => {
    const { checkout, products, rows } = await setUpOrders(t);
    const { createdAt, ...order } = await checkout({ items: [{ productId: '7', quantity: 3 }] });
    assert.deepEqual(order, { id: '1', userId: '1', amount: 5997, status: 'CONFIRMED' });
    assert.deepEqual(products.asked, ['reserve 1']);
    assert.deepEqual(await rows(), ['CONFIRMED 5997 ENDED']);
  });

  test('takes a product that is named twice for one item', async (t) => {
    const { checkout, db } = await setUpOrders(t);
    const items = [
      { productId: '9', quantity: 1 },
      { productId: '7', quantity: 2 },
      { productId: '9', quantity: 999 },
    ];
    await checkout({ items });
    const rows = await db.selectFrom('order_items').select(['product_id', 'quantity', 'price_minor']).execute();
    assert.deepEqual(rows, [
      { product_id: 7, quantity: 2, price_minor: 1999 },
      { product_id: 9, quantity: 1000, price_minor: 1999 },
    ]);
  });

  test('is written before any other subgraph is called', async (t) => {
    const { checkout, products, rows } = await setUpOrders(t);
    const written: string[] = [];
    products.onReserve = async (reservation) => {
      written.push(...(await rows()));
      return reserved(reservation);
    };
    await checkout();
    assert.deepEqual(written, ['PENDING 0 RESERVING']);
  });

  const many = Array.from({ length: 101 }, (_, index) => ({ productId: String(index + 1), quantity: 1 }));
  const malformed: [input: Partial<CheckoutInput>, message: string][] = [
    [{ userId: 'x' }, 'userId: "x" must be an id: a whole number from 1, such as "42"'],
    [{ items: [] }, 'items: 0 must be from 1 to 100 items'],
    [{ items: many }, 'items: 101 must be from 1 to 100 items'],
    [{ items: [{ productId: 'x', quantity: 1 }] }, 'items: "x" must be an id: a whole number from 1, such as "42"'],
    [{ items: [{ productId: '7', quantity: 0 }] }, 'items: 0 must be a quantity from 1 to 1000'],
    [{ items: [{ productId: '7', quantity: 1001 }] }, 'items: 1001 must be a quantity from 1 to 1000'],
    [{ idempotencyKey: '' }, 'idempotencyKey: "" must not be empty'],
  ];
  for (const [input, message] of malformed) {
    test(`refuses ${message}, before it writes or asks anything`, async (t) => {
      const { checkout, users, products, log } = await setUpOrders(t);
      await assert.rejects(checkout(input), { message });
      assert.deepEqual([users.calls(), products.asked, log.statements()], [0, [], []]);
    });
  }

  test('takes a hundred items', async (t) => {
    const { checkout } = await setUpOrders(t);
    assert.equal((await checkout({ items: many.slice(1) })).amount, 199_900);
  });
});

describe('a checkout that fails is cancelled after its release:', () => {
  test('of a user who does not exist', async (t) => {
    const { checkout, products, rows } = await setUpOrders(t, knows());
    await assert.rejects(checkout(), {
      message: 'userId: there is no user 1',
      extensions: { code: 'USER_NOT_FOUND' },
    });
    assert.deepEqual(products.asked, ['release 1']);
    assert.deepEqual(await rows(), ['CANCELLED 0 ENDED']);
  });

  test('of more than there is', async (t) => {
    const { checkout, products, rows } = await setUpOrders(t);
    products.onReserve = () => INSUFFICIENT;
    await assert.rejects(checkout(), INSUFFICIENT_ERROR);
    assert.deepEqual(products.asked, ['reserve 1', 'release 1']);
    assert.deepEqual(await rows(), ['CANCELLED 0 ENDED']);
  });

  test('of more than an amount can be', async (t) => {
    const { checkout, products, rows } = await setUpOrders(t);
    products.onReserve = (reservation) => reserved(reservation, '90071992547409.91');
    await assert.rejects(checkout(), {
      message: 'items: 1 must be items whose amounts add up to at most 90071992547409.91',
    });
    assert.deepEqual(await rows(), ['CANCELLED 0 ENDED']);
  });

  test("if users can't be asked", async (t) => {
    const { checkout, products, rows } = await setUpOrders(t, hangsUp);
    await outageOf(checkout(), 'users');
    assert.deepEqual(products.asked, ['release 1']);
    assert.deepEqual(await rows(), ['CANCELLED 0 ENDED']);
  });

  for (const [name, answer] of [
    ['an error that nobody expects', refused('INTERNAL_SERVER_ERROR', 'Internal server error')],
    ['half an answer', { data: { reserveStock: { items: [{}] } } }],
  ] as const) {
    test(`if products gives ${name}`, async (t) => {
      const { checkout, products, rows } = await setUpOrders(t);
      products.onReserve = () => answer;
      await assert.rejects(checkout(), { extensions: { code: 'SUBGRAPH_UNAVAILABLE', subgraph: 'products' } });
      assert.deepEqual(await rows(), ['CANCELLED 0 ENDED']);
    });
  }
});

describe('a checkout that runs out of time is left to the sweep, and says so:', () => {
  test('if its own limit is over', async (t) => {
    const { checkout, products, rows } = await setUpOrders(t, knows('1'), { CHECKOUT_TIMEOUT_MS: '200' });
    products.onReserve = () => undefined;
    await assert.rejects(checkout(), OUT_OF_TIME);
    assert.deepEqual(await rows(), ['PENDING 0 RESERVING']);
  });

  test("if the request's limit is over", async (t) => {
    const { checkout, rows } = await setUpOrders(t, hangs);
    await assert.rejects(checkout({}, AbortSignal.timeout(200)), OUT_OF_TIME);
    assert.deepEqual(await rows(), ['PENDING 0 RESERVING']);
  });

  test('if it was over from the start, and then nothing is written', async (t) => {
    const { checkout, log } = await setUpOrders(t);
    await assert.rejects(checkout({}, AbortSignal.abort()), OUT_OF_TIME);
    assert.deepEqual(log.statements(), []);
  });

  test('unless products did not answer in its own time: then it is cancelled at once', async (t) => {
    const { checkout, products, rows } = await setUpOrders(t, knows('1'), { PRODUCTS_TIMEOUT_MS: '200' });
    products.onReserve = () => undefined;
    await assert.rejects(checkout(), {
      extensions: { code: 'DEADLINE_EXCEEDED', subgraph: 'products', timeoutMs: 200 },
    });
    assert.deepEqual(await rows(), ['CANCELLED 0 ENDED']);
  });
});

describe('an idempotency key', () => {
  const input = { idempotencyKey: 'k' };

  test('returns the first order again without calling other subgraphs', async (t) => {
    const { checkout, products, users } = await setUpOrders(t);
    const first = await checkout(input);
    const same = { idempotencyKey: ' k ', items: [1, 1].map((quantity) => ({ productId: '7', quantity })) };
    assert.deepEqual(await checkout(same), first);
    assert.deepEqual([users.calls(), products.asked], [1, ['reserve 1']]);
  });

  test('makes one order of ten submissions at the same moment', async (t) => {
    const { checkout, products, rows } = await setUpOrders(t);
    const orders = await Promise.all(Array.from({ length: 10 }, () => checkout(input)));
    for (const order of orders) assert.deepEqual(order, orders[0]);
    assert.deepEqual(await rows(), ['CONFIRMED 3998 ENDED']);
    assert.deepEqual(products.asked, ['reserve 1']);
  });

  test('waits for a checkout that another process runs', async (t) => {
    const { checkout, db, products, services } = await setUpOrders(t);
    const asked = { userKey: 1, items: [{ productKey: 7, quantity: 2 }], idempotencyKey: 'k' };
    await insertCheckout(db, asked, () => {});
    await db.updateTable('sagas').set({ process_id: process.ppid, instance_id: 'another' }).execute();
    const again = checkout(input);
    await delay(100);
    const prices = { items: [{ productKey: 7, quantity: 2, priceMinor: 1999 }], amountMinor: 3998 };
    await confirmOrder(services.db, 1, prices, () => {});
    assert.equal((await again).status, 'CONFIRMED');
    assert.deepEqual(products.asked, []);
  });

  test("returns an order that another process has cancelled, and whose stock can't be released yet", async (t) => {
    const { checkout, db, products, rows } = await setUpOrders(t, knows('1'), { CHECKOUT_TIMEOUT_MS: '300' });
    await checkout(input);
    products.onRelease = () => undefined;
    await db.updateTable('orders').set({ status: 'CANCELLED' }).execute();
    const taken = {
      process_id: process.ppid,
      instance_id: 'another',
      taken_at: new Date(Date.now() + 1000).toISOString(),
    };
    await db
      .updateTable('sagas')
      .set({ state: 'RELEASING', ...taken })
      .execute();
    assert.equal((await checkout(input)).status, 'CANCELLED');
    assert.deepEqual(await rows(), ['CANCELLED 3998 RELEASING']);
  });

  test('returns the refusal again', async (t) => {
    const { checkout, products } = await setUpOrders(t);
    products.onReserve = () => INSUFFICIENT;
    await assert.rejects(checkout(input), INSUFFICIENT_ERROR);
    products.onReserve = reserved;
    await assert.rejects(checkout(input), INSUFFICIENT_ERROR);
    assert.deepEqual(products.asked, ['reserve 1', 'release 1']);
  });

  test('ends a checkout that ran out of time and returns it', async (t) => {
    const { checkout, products, rows } = await setUpOrders(t, knows('1'), { CHECKOUT_TIMEOUT_MS: '1000' });
    products.onReserve = () => undefined;
    await assert.rejects(checkout(input), OUT_OF_TIME);
    assert.equal((await checkout(input)).status, 'CANCELLED');
    assert.deepEqual(products.asked, ['reserve 1', 'release 1']);
    assert.deepEqual(await rows(), ['CANCELLED 0 ENDED']);
  });

  test("returns the cancelled order after the time ran out even if its stock can't be released yet", async (t) => {
    const { checkout, products, rows } = await setUpOrders(t, knows('1'), { CHECKOUT_TIMEOUT_MS: '200' });
    products.onReserve = () => undefined;
    products.onRelease = () => undefined;
    await assert.rejects(checkout(input), OUT_OF_TIME);
    assert.equal((await checkout(input)).status, 'CANCELLED');
    assert.deepEqual(await rows(), ['CANCELLED 0 RELEASING']);
  });

  test('belongs to its user: another one orders with it too', async (t) => {
    const { checkout, rows } = await setUpOrders(t);
    const ids = [];
    for (const userId of ['1', '2', '1', '2']) ids.push((await checkout({ ...input, userId })).id);
    assert.deepEqual(ids, ['1', '2', '1', '2']);
    assert.deepEqual(await rows(), ['CONFIRMED 3998 ENDED', 'CONFIRMED 3998 ENDED']);
  });

  test('is refused with other items, and for an order of createOrder', async (t) => {
    const { checkout, db, rows } = await setUpOrders(t);
    await checkout(input);
    await insertOrder(db, { userKey: 1, amountMinor: 3998, idempotencyKey: 'plain' });
    for (const other of [
      { ...input, items: [{ productId: '7', quantity: 3 }] },
      { ...input, items: [...CHECKOUT.items, { productId: '8', quantity: 1 }] },
      { idempotencyKey: 'plain' },
    ]) {
      await assert.rejects(checkout(other), REUSED);
    }
    assert.deepEqual(await rows(), ['CONFIRMED 3998 ENDED', 'PENDING 3998 no saga']);
  });
});

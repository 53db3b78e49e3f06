import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { testDatabase } from '@lockstep/subgraph-kit/testing/test-database.ts';
import { migrations } from './database/migrations.ts';
import { findProducts, insertProduct } from './database/products.ts';
import type { Tables } from './database/tables.ts';
import { type ReserveStockInput, releaseStock, reserveStock } from './reserve-stock.ts';

/** The products 1 and 2, of which there are 5 and 3. */
async function setUp(t: TestContext) {
  const { db, log } = await testDatabase<Tables>(t, migrations);
  await insertProduct(db, { name: 'Lamp', priceMinor: 1999, stock: 5 });
  await insertProduct(db, { name: 'Desk', priceMinor: 20_000, stock: 3 });
  log.clear();
  const context = { db, reach: () => {} };
  return {
    db,
    log,
    reserve: (orderId: string, ...items: ReserveStockInput['items']) => reserveStock(context, { orderId, items }),
    release: (orderId: string) => releaseStock(context, { orderId }),
    stock: async () => (await findProducts(db, [1, 2])).map((product) => product?.stock),
  };
}

const LAMPS = { productId: '1', quantity: 4 };
const DESKS = { productId: '2', quantity: 3 };
const RELEASED = {
  message: 'orderId: what order 7 reserved is released',
  extensions: { code: 'RESERVATION_RELEASED' },
};

describe('reserveStock', () => {
  test('takes all the items out of stock, and returns their prices', async (t) => {
    const { reserve, stock } = await setUp(t);
    assert.deepEqual(await reserve('7', DESKS, LAMPS), {
      orderId: '7',
      items: [
        { ...DESKS, price: 20_000 },
        { ...LAMPS, price: 1999 },
      ],
    });
    assert.deepEqual(await stock(), [1, 0]);
  });

  test('takes nothing if one of the items is not there in that number, and says what is left', async (t) => {
    const { reserve, stock } = await setUp(t);
    await assert.rejects(reserve('7', LAMPS, { productId: '2', quantity: 4 }), {
      message: 'items: there are 3 left of product 2',
      extensions: { code: 'INSUFFICIENT_STOCK', productId: '2', left: 3 },
    });
    assert.deepEqual(await stock(), [5, 3]);
  });

  test('takes nothing if one of the products does not exist', async (t) => {
    const { reserve, stock } = await setUp(t);
    await assert.rejects(reserve('7', LAMPS, { productId: '99', quantity: 1 }), {
      message: 'items: there is no product 99',
      extensions: { code: 'PRODUCT_NOT_FOUND', productId: '99' },
    });
    assert.deepEqual(await stock(), [5, 3]);
  });

  test('gives the last ones to one of two who ask at the same moment', async (t) => {
    const { reserve, stock } = await setUp(t);
    const results = await Promise.allSettled([reserve('7', LAMPS), reserve('8', LAMPS)]);
    assert.deepEqual(results.map(({ status }) => status).toSorted(), ['fulfilled', 'rejected']);
    assert.deepEqual(await stock(), [1, 3]);
  });

  test('sent again takes nothing more, and returns the prices of the first time', async (t) => {
    const { db, reserve, stock } = await setUp(t);
    const first = await reserve('7', LAMPS);
    await db.updateTable('products').set({ price_minor: 1 }).execute();
    assert.deepEqual(await reserve('7', LAMPS), first);
    assert.deepEqual(await stock(), [1, 3]);
  });

  test('sent again with other items is refused', async (t) => {
    const { reserve, stock } = await setUp(t);
    await reserve('7', LAMPS);
    for (const items of [[DESKS], [LAMPS, DESKS], [{ ...LAMPS, quantity: 1 }]]) {
      await assert.rejects(reserve('7', ...items), { extensions: { code: 'BAD_USER_INPUT', argument: 'orderId' } });
    }
    assert.deepEqual(await stock(), [1, 3]);
  });

  const malformed: [name: string, orderId: string, items: ReserveStockInput['items']][] = [
    ['no order', 'x', [LAMPS]],
    ['no product', '7', [{ productId: 'x', quantity: 1 }]],
    ['a quantity of nothing', '7', [{ productId: '1', quantity: 0 }]],
    ['no items', '7', []],
    ['a product twice', '7', [LAMPS, LAMPS]],
  ];
  for (const [name, orderId, items] of malformed) {
    test(`refuses ${name} before it asks the database`, async (t) => {
      const { reserve, log } = await setUp(t);
      await assert.rejects(reserve(orderId, ...items), ({ extensions }) => extensions.code === 'BAD_USER_INPUT');
      assert.deepEqual(log.statements(), []);
    });
  }
});

describe('releaseStock', () => {
  test('puts everything back, once', async (t) => {
    const { reserve, release, stock } = await setUp(t);
    await reserve('7', LAMPS, DESKS);
    await reserve('8', { productId: '1', quantity: 1 });
    for (let times = 0; times < 3; times += 1) assert.deepEqual(await release('7'), { orderId: '7' });
    assert.deepEqual(await stock(), [4, 3]);
  });

  test('ends the order for good: it can reserve nothing any more', async (t) => {
    const { reserve, release, stock } = await setUp(t);
    await reserve('7', LAMPS);
    await release('7');
    await assert.rejects(reserve('7', LAMPS), RELEASED);
    assert.deepEqual(await stock(), [5, 3]);
  });

  test('that comes first refuses the reservation that comes late', async (t) => {
    const { reserve, release, stock } = await setUp(t);
    await release('7');
    await assert.rejects(reserve('7', LAMPS), RELEASED);
    await release('7');
    assert.deepEqual(await stock(), [5, 3]);
  });
});

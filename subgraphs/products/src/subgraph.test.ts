import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { type ServedSubgraph, serveSubgraph } from '@lockstep/subgraph-kit/testing/serve-subgraph.ts';
import { productsSubgraph } from './subgraph.ts';

const CREATE_PRODUCT = `mutation ($name: String!, $price: Money!, $stock: Int!) {
  createProduct(name: $name, price: $price, stock: $stock) { id name price stock }
}`;
const ENTITIES =
  'query ($representations: [_Any!]!) { _entities(representations: $representations) { ... on Product { id name } } }';

/** Serves the products subgraph with the products 1 to `count`, 10 of each. */
async function startProductsWith(t: TestContext, count: number) {
  const served = await serveSubgraph(t, productsSubgraph);
  for (let key = 1; key <= count; key++) {
    await served.ask(CREATE_PRODUCT, { name: `Product ${key}`, price: '1', stock: 10 });
  }
  served.log.clear();
  return served;
}

describe('the products subgraph', () => {
  test('creates a product and finds it', async (t) => {
    const { ask } = await serveSubgraph(t, productsSubgraph);
    const product = { id: '1', name: 'Lamp', price: '19.90', stock: 0 };
    assert.deepEqual((await ask(CREATE_PRODUCT, { name: ' Lamp ', price: 19.9, stock: 0 })).data, {
      createProduct: product,
    });
    assert.deepEqual((await ask('{ product(id: 1) { id name price stock } }')).data, { product });
    assert.deepEqual((await ask('{ product(id: 99) { id } }')).data, { product: null });
  });

  test('lets names and prices be stored for a while, but neither the stock nor lists', async (t) => {
    const { url } = await startProductsWith(t, 1);
    const entity = (field: string) =>
      `{ _entities(representations: [{ __typename: "Product", id: "1" }]) { ... on Product { ${field} } } }`;
    for (const [query, cacheControl] of [
      [entity('name price'), 'max-age=60, public'],
      [entity('stock name'), 'no-store'],
      ['{ product(id: 1) { id name price } }', 'max-age=60, public'],
      ['{ product(id: 1) { stock } }', 'no-store'],
      ['{ products { name } }', 'no-store'],
      ['{ productsConnection { edges { node { name } } } }', 'no-store'],
    ] as const) {
      const headers = { 'content-type': 'application/json', connection: 'close' };
      const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify({ query }) });
      assert.match(await response.text(), /^\{"data":/);
      assert.equal(response.headers.get('cache-control'), cacheControl, query);
    }
  });

  for (const [variables, argument, message] of [
    [{ name: ' ', price: 1, stock: 0 }, 'name', '" " must not be empty'],
    [{ name: 'a'.repeat(101), price: 1, stock: 0 }, 'name', `"${'a'.repeat(79)}… must be at most 100 characters`],
    [{ name: 'Lamp', price: 0, stock: 0 }, 'price', '0 must be more than zero'],
    [{ name: 'Lamp', price: '1.005', stock: 0 }, 'price', '"1.005" must have at most two decimals'],
    [{ name: 'Lamp', price: 1, stock: -1 }, 'stock', '-1 must be 0 or more'],
  ] as const) {
    test(`refuses ${argument}: ${message}`, async (t) => {
      const { ask, log } = await serveSubgraph(t, productsSubgraph);
      const { data, errors } = await ask(CREATE_PRODUCT, variables);
      assert.equal(data, null);
      assert.equal(errors?.[0]?.message, `${argument}: ${message}`);
      assert.deepEqual(errors?.[0]?.extensions, { code: 'BAD_USER_INPUT', argument });
      assert.deepEqual(log.statements(), []);
    });
  }

  test('takes more into stock', async (t) => {
    const { ask } = await startProductsWith(t, 2);
    const { data } = await ask('mutation { restock(productId: 2, quantity: 5) { id stock } }');
    assert.deepEqual(data, { restock: { id: '2', stock: 15 } });
    assert.deepEqual((await ask('{ products { stock } }')).data, { products: [{ stock: 10 }, { stock: 15 }] });
  });

  for (const [args, message, code] of [
    ['productId: 99, quantity: 1', 'productId: there is no product 99', 'PRODUCT_NOT_FOUND'],
    ['productId: 1, quantity: 0', 'quantity: 0 must be 1 or more', 'BAD_USER_INPUT'],
    [
      'productId: 1, quantity: 2147483647',
      'quantity: 2147483647 must leave no more than 2147483647 that were ever put into stock',
      'BAD_USER_INPUT',
    ],
  ]) {
    test(`takes nothing into stock with ${args}`, async (t) => {
      const { ask } = await startProductsWith(t, 1);
      const { errors } = await ask(`mutation { restock(${args}) { id } }`);
      assert.equal(errors?.[0]?.message, message);
      assert.equal(errors?.[0]?.extensions.code, code);
      assert.deepEqual((await ask('{ product(id: 1) { stock } }')).data, { product: { stock: 10 } });
    });
  }

  const ONCE: [mutation: string, again: string, other: string][] = [
    [
      'createProduct(name: "Lamp", price: "19.90", stock: 5, idempotencyKey: "k")',
      'createProduct(name: " Lamp", price: 19.9, stock: 5, idempotencyKey: " k ")',
      'createProduct(name: "Lamp", price: "19.90", stock: 6, idempotencyKey: "k")',
    ],
    [
      'restock(productId: 1, quantity: 5, idempotencyKey: "k")',
      'restock(quantity: 5, productId: "1", idempotencyKey: "k")',
      'restock(productId: 2, quantity: 5, idempotencyKey: "k")',
    ],
  ];
  for (const [mutation, again, other] of ONCE) {
    const name = mutation.split('(')[0];
    const send = (ask: ServedSubgraph['ask'], field: string) => ask(`mutation { change: ${field} { id stock } }`);
    const REUSED = { code: 'IDEMPOTENCY_KEY_REUSED' };

    test(`runs ${name} once for a key, and returns the product as it is now`, async (t) => {
      const { ask } = await startProductsWith(t, 2);
      const first = await send(ask, mutation);
      assert.deepEqual(await send(ask, again), first);
      const list = () => ask('{ products { id stock } }');
      await ask(
        'mutation { one: restock(productId: 1, quantity: 1) { id } two: restock(productId: 2, quantity: 1) { id } }',
      );
      const now = await list();
      const { data } = await send(ask, again);
      assert.ok(JSON.stringify(now.data).includes(JSON.stringify(data?.change)));
      assert.deepEqual(await list(), now);
    });

    test(`refuses the key of ${name} for other arguments and for another mutation`, async (t) => {
      const { ask } = await startProductsWith(t, 2);
      await send(ask, mutation);
      const { data: before } = await ask('{ products { id stock } }');
      const elsewhere = ONCE.find(([field]) => field !== mutation)?.[0] ?? '';
      for (const field of [other, elsewhere]) {
        assert.deepEqual((await send(ask, field)).errors?.[0]?.extensions, REUSED);
      }
      assert.deepEqual((await ask('{ products { id stock } }')).data, before);
    });

    test(`runs ${name} once for ten submissions of a key at the same moment`, async (t) => {
      const { ask } = await startProductsWith(t, 2);
      const answers = await Promise.all(Array.from({ length: 10 }, () => send(ask, mutation)));
      for (const answer of answers) assert.deepEqual(answer, answers[0]);
    });
  }

  test('leaves a key unused if the mutation is refused', async (t) => {
    const { ask } = await startProductsWith(t, 1);
    const restock = (id: number) =>
      ask(`mutation { restock(productId: ${id}, quantity: 1, idempotencyKey: "k") { stock } }`);
    assert.equal((await restock(9)).errors?.[0]?.extensions.code, 'PRODUCT_NOT_FOUND');
    assert.deepEqual((await restock(1)).data, { restock: { stock: 11 } });
  });

  test('runs a mutation each time it is sent without a key', async (t) => {
    const { ask } = await startProductsWith(t, 1);
    for (const stock of [11, 12]) {
      assert.deepEqual((await ask('mutation { restock(productId: 1, quantity: 1) { stock } }')).data, {
        restock: { stock },
      });
    }
  });

  test('lists products, page by page', async (t) => {
    const { ask } = await startProductsWith(t, 3);
    assert.deepEqual((await ask('{ products(first: 2) { id } }')).data, { products: [{ id: '1' }, { id: '2' }] });
    assert.deepEqual((await ask('{ products(first: 2, after: "2") { id } }')).data, { products: [{ id: '3' }] });
    const { errors } = await ask('{ products(first: 101) { id } }');
    assert.equal(errors?.[0]?.message, 'first: 101 must be from 1 to 100');
  });

  test('finds all the products of one query in one statement', async (t) => {
    const { ask, log } = await startProductsWith(t, 2);
    const { data } = await ask('{ a: product(id: 1) { id } b: product(id: 2) { id } c: product(id: 99) { id } }');
    assert.deepEqual(data, { a: { id: '1' }, b: { id: '2' }, c: null });
    assert.equal(log.statements().length, 1);
  });

  test('reserves and releases stock for orders, which asks it directly', async (t) => {
    const { ask } = await startProductsWith(t, 1);
    const reserve = `mutation { reserveStock(orderId: 7, items: [{ productId: 1, quantity: 4 }]) {
      orderId items { productId quantity price }
    } }`;
    assert.deepEqual((await ask(reserve)).data, {
      reserveStock: { orderId: '7', items: [{ productId: '1', quantity: 4, price: '1.00' }] },
    });
    assert.deepEqual((await ask('{ product(id: 1) { stock } }')).data, { product: { stock: 6 } });
    assert.deepEqual((await ask('mutation { releaseStock(orderId: 7) { orderId } }')).data, {
      releaseStock: { orderId: '7' },
    });
    assert.deepEqual((await ask('{ product(id: 1) { stock } }')).data, { product: { stock: 10 } });
    assert.equal((await ask(reserve)).errors?.[0]?.extensions.code, 'RESERVATION_RELEASED');
  });
});

describe("the products subgraph's entities", () => {
  const representationsOf = (...ids: unknown[]) => ids.map((id) => ({ __typename: 'Product', id }));

  test('come in the order of their representations, null for an unknown or malformed one, in one statement', async (t) => {
    const { ask, log } = await startProductsWith(t, 3);
    const { data, errors } = await ask(ENTITIES, { representations: representationsOf('3', '99', '1', 'x', '1') });
    assert.equal(errors, undefined);
    assert.deepEqual(data, {
      _entities: [
        { id: '3', name: 'Product 3' },
        null,
        { id: '1', name: 'Product 1' },
        null,
        { id: '1', name: 'Product 1' },
      ],
    });
    assert.equal(log.statements().length, 1);
  });
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ask, codesOf, createProduct, createUser, errorsOf, get } from '../harness/client.ts';
import { INSTANCES } from '../harness/instances.ts';
import { graph } from './graph.ts';

const user = await createUser(graph.url, 'ada.products@example.com');

test('creates a product, finds it by id and in the list, and restocks it', async () => {
  const id = await createProduct(graph.url, 5, '19.90');
  const product = { id, name: 'Lamp', price: '19.90', stock: 5 };
  const query = 'query ($id: ID!) { product(id: $id) { id name price stock } products { id name price stock } }';
  const { products, ...found } = await get<{ products: object[]; product: object }>(graph.url, query, { id });
  assert.deepEqual([found, products.at(-1)], [{ product }, product]);
  const restock = 'mutation ($id: ID!) { restock(productId: $id, quantity: 2) { stock } }';
  assert.deepEqual(await get(graph.url, restock, { id }), { restock: { stock: 7 } });
});

test('returns null for an unknown product in a query, and rejects it in a mutation', async () => {
  assert.deepEqual(await get(graph.url, '{ product(id: 999) { id } }'), { product: null });
  const answer = await ask(graph.url, 'mutation { restock(productId: 999, quantity: 1) { id } }');
  assert.deepEqual(errorsOf(answer), ['PRODUCT_NOT_FOUND at restock: productId: there is no product 999']);
});

test('asks the subgraph for names and prices once, and for the stock each time', async () => {
  const id = await createProduct(graph.url, 5, '19.90');
  const calls = graph.productsProxy.calls;
  const countOf = async (query: string, expected: object) => {
    calls.length = 0;
    for (let sent = 0; sent < 3; sent += 1) assert.deepEqual(await get(graph.url, query, { id }), expected);
    return calls.length;
  };
  const product = { id, name: 'Lamp', price: '19.90' };
  const ofEachGateway = INSTANCES; // a cache of its own
  assert.equal(await countOf('query ($id: ID!) { product(id: $id) { id name price } }', { product }), ofEachGateway);
  assert.equal(await countOf('query ($id: ID!) { product(id: $id) { stock } }', { product: { stock: 5 } }), 3);
  await get(graph.url, 'mutation ($id: ID!) { restock(productId: $id, quantity: 2) { id } }', { id });
  assert.equal(await countOf('query ($id: ID!) { product(id: $id) { id name price } }', { product }), 1);
  assert.equal(
    await countOf('query ($id: ID!) { product(id: $id) { stock name } }', { product: { stock: 7, name: 'Lamp' } }),
    3,
  );
});

test('hides reserveStock and releaseStock from the graph', async () => {
  for (const mutation of [
    'reserveStock(orderId: 1, items: [{ productId: 1, quantity: 1 }]) { orderId }',
    'releaseStock(orderId: 1) { orderId }',
  ]) {
    assert.deepEqual(codesOf(await ask(graph.url, `mutation { ${mutation} }`)), ['GRAPHQL_VALIDATION_FAILED']);
  }
  const { __schema: schema } = await get<{ __schema: object }>(
    graph.url,
    '{ __schema { types { name } mutationType { fields { name } } } }',
  );
  assert.match(JSON.stringify(schema), /"restock"/);
  assert.doesNotMatch(JSON.stringify(schema), /reserveStock|releaseStock|Reserv/);
});

test('resolves 20 orders with their products in two calls, one of them for entities', async () => {
  const products = [await createProduct(graph.url, 100), await createProduct(graph.url, 100, '1', 'Pen')];
  for (let index = 0; index < 20; index += 1) {
    const items = products.map((productId) => ({ productId, quantity: 1 }));
    await get(
      graph.url,
      'mutation ($user: ID!, $items: [CheckoutItem!]!) { checkout(userId: $user, items: $items) { id } }',
      {
        user,
        items,
      },
    );
  }
  graph.ordersProxy.calls.length = 0;
  graph.productsProxy.calls.length = 0;

  const { orders } = await get<{ orders: object[] }>(
    graph.url,
    'query ($user: ID!) { orders(first: 20, userId: $user) { items { quantity price product { name } } } }',
    { user },
  );

  const items = [
    { quantity: 1, price: '19.99', product: { name: 'Lamp' } },
    { quantity: 1, price: '1.00', product: { name: 'Pen' } },
  ];
  assert.deepEqual(orders, Array(20).fill({ items }));
  assert.equal(graph.ordersProxy.calls.length, 1);
  assert.equal(graph.productsProxy.calls.length, 1);
  assert.match(graph.productsProxy.calls[0]?.query ?? '', /_entities/);
});

test('returns orders without their products during an outage of products', async (t) => {
  t.after(() => {
    graph.productsProxy.behaviour = 'pass';
  });
  graph.productsProxy.behaviour = 'reset';
  const answer = await ask(
    graph.url,
    'query ($user: ID!) { orders(first: 1, userId: $user) { amount items { quantity product { name stock } } } }',
    { user },
  );
  assert.deepEqual(answer.data, {
    orders: [
      {
        amount: '20.99',
        items: [
          { quantity: 1, product: null },
          { quantity: 1, product: null },
        ],
      },
    ],
  });
  assert.deepEqual(
    errorsOf(answer),
    [0, 1].map((item) => `SUBGRAPH_UNAVAILABLE at orders.0.items.${item}.product: Subgraph "products" is unavailable`),
  );
});

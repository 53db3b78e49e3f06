import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkCheckouts } from '../../commands/databases/checkout-check.ts';
import { databasesOf, endingOf, sendCancel, sendCheckout } from '../harness/checkouts.ts';
import { ask, createOrder, createProduct, createUser, errorsOf, get } from '../harness/client.ts';
import { graph } from './graph.ts';

const userId = await createUser(graph.url, 'ada.checkout@example.com');
const lamp = await createProduct(graph.url, 10, '19.99');
const pen = await createProduct(graph.url, 5000, '0.10', 'Pen');

const CHECKOUT = `mutation ($userId: ID!, $items: [CheckoutItem!]!, $key: String) {
  checkout(userId: $userId, items: $items, idempotencyKey: $key) {
    status amount user { name } items { productId quantity price product { name stock } }
  }
}`;

async function stockOf(id: string): Promise<number> {
  const { product } = await get<{ product: { stock: number } }>(
    graph.url,
    'query ($id: ID!) { product(id: $id) { stock } }',
    { id },
  );
  return product.stock;
}

test('takes items out of stock for a checkout, at their exact sum', async () => {
  const items = [
    { productId: pen, quantity: 3 },
    { productId: lamp, quantity: 2 },
    { productId: pen, quantity: 4 },
  ];
  assert.deepEqual(await get(graph.url, CHECKOUT, { userId, items }), {
    checkout: {
      status: 'CONFIRMED',
      amount: '40.68',
      user: { name: 'Ada Lovelace' },
      items: [
        { productId: lamp, quantity: 2, price: '19.99', product: { name: 'Lamp', stock: 8 } },
        { productId: pen, quantity: 7, price: '0.10', product: { name: 'Pen', stock: 4993 } },
      ],
    },
  });
});

const REFUSED: [items: object[], error: string][] = [
  [[{ productId: lamp, quantity: 9 }], `INSUFFICIENT_STOCK at checkout: items: there are 8 left of product ${lamp}`],
  [
    [
      { productId: pen, quantity: 1 },
      { productId: '999', quantity: 1 },
    ],
    'PRODUCT_NOT_FOUND at checkout: items: there is no product 999',
  ],
  [[{ productId: lamp, quantity: 0 }], 'BAD_USER_INPUT at checkout: items: 0 must be a quantity from 1 to 1000'],
  [[], 'BAD_USER_INPUT at checkout: items: 0 must be from 1 to 100 items'],
];

for (const [items, error] of REFUSED) {
  test(`takes no stock for a rejected checkout: ${error}`, async () => {
    const before = [await stockOf(lamp), await stockOf(pen)];
    const answer = await ask(graph.url, CHECKOUT, { userId, items });
    assert.deepEqual([answer.data, errorsOf(answer)], [null, [error]]);
    assert.deepEqual([await stockOf(lamp), await stockOf(pen)], before);
  });
}

test('rejects a checkout of a user who does not exist', async () => {
  const answer = await ask(graph.url, CHECKOUT, { userId: '999', items: [{ productId: pen, quantity: 1 }] });
  assert.deepEqual(errorsOf(answer), ['USER_NOT_FOUND at checkout: userId: there is no user 999']);
});

test('creates one order and takes stock once for a key sent ten times at the same time', async () => {
  const before = await stockOf(pen);
  const checkout = { userId, productId: pen, quantity: 5, key: 'a checkout ten times' };
  const answers = await Promise.all(Array.from({ length: 10 }, () => sendCheckout(graph.url, checkout)));
  for (const { data } of answers) assert.deepEqual(data, answers[0]?.data);
  assert.equal(endingOf(answers[0]), 'CONFIRMED');
  assert.equal(await stockOf(pen), before - 5);
  assert.equal(endingOf(await sendCheckout(graph.url, { ...checkout, quantity: 6 })), 'IDEMPOTENCY_KEY_REUSED');
});

test('returns the stock of a cancelled order once, even if it is cancelled repeatedly', async () => {
  const before = await stockOf(lamp);
  const { data } = await sendCheckout(graph.url, { userId, productId: lamp, quantity: 3, key: 'to be cancelled' });
  assert.ok(data);
  assert.equal(await stockOf(lamp), before - 3);
  const answers = await Promise.all(Array.from({ length: 5 }, () => sendCancel(graph.url, data.checkout.id)));
  for (const answer of answers) assert.deepEqual(answer.data, { cancelOrder: { status: 'CANCELLED' } });
  assert.equal(await stockOf(lamp), before);
});

test('shows below each mutation of a document the stock from before the next one', async () => {
  const before = await stockOf(lamp);
  const { data } = await sendCheckout(graph.url, { userId, productId: lamp, quantity: 3, key: 'cancelled later' });
  assert.ok(data);
  const answer = await get<Record<string, { items: [{ product: { stock: number } }] }>>(
    graph.url,
    `mutation ($userId: ID!, $items: [CheckoutItem!]!, $id: ID!) {
      first: checkout(userId: $userId, items: $items) { ...Stock }
      cancel: cancelOrder(id: $id) { ...Stock }
      restock(productId: ${lamp}, quantity: 3) { stock }
      second: checkout(userId: $userId, items: $items) { ...Stock }
    }
    fragment Stock on Order { items { product { stock } } }`,
    { userId, items: [{ productId: lamp, quantity: 1 }], id: data.checkout.id },
  );
  const stocks = ['first', 'cancel', 'second'].map((key) => answer[key]?.items[0].product.stock);
  assert.deepEqual(stocks, [before - 4, before - 1, before + 1]);
});

test('cancels an order without items without calling products', async () => {
  const id = await createOrder(graph.url, userId);
  graph.stockProxy.calls.length = 0;
  const cancel = 'mutation ($id: ID!) { cancelOrder(id: $id) { status amount items { quantity } } }';
  assert.deepEqual(await get(graph.url, cancel, { id }), {
    cancelOrder: { status: 'CANCELLED', amount: '10.50', items: [] },
  });
  assert.equal(graph.stockProxy.calls.length, 0);
  const unknown = await ask(graph.url, cancel, { id: '999' });
  assert.deepEqual(errorsOf(unknown), ['ORDER_NOT_FOUND at cancelOrder: id: there is no order 999']);
});

test('the databases agree about every checkout', async () => {
  assert.deepEqual((await checkCheckouts(databasesOf(graph))).problems, []);
});

test('resolves a missing product of an item to null without an error', async () => {
  const items = [{ productId: '999', quantity: 1 }];
  assert.deepEqual(errorsOf(await ask(graph.url, CHECKOUT, { userId, items })), [
    'PRODUCT_NOT_FOUND at checkout: items: there is no product 999',
  ]);
  const { user } = await get<{ user: { orders: { status: string; items: object[] }[] } }>(
    graph.url,
    'query ($userId: ID!) { user(id: $userId) { orders { status items { productId product { name } } } } }',
    { userId },
  );
  assert.deepEqual(user.orders.at(-1), { status: 'CANCELLED', items: [{ productId: '999', product: null }] });
});

test('shows clients every documented error of the subgraphs with its extensions', async () => {
  const failures = [
    'createUser(name: "", email: "a@example.com") { id }',
    'createUser(name: "Ada", email: "ADA@example.com") { id }',
    'createOrder(userId: 999, amount: 1) { id }',
    'cancelOrder(id: 999) { id }',
    'restock(productId: 999, quantity: 1) { id }',
    `checkout(userId: 1, items: [{ productId: 999, quantity: 1 }]) { id }`,
    `checkout(userId: 1, items: [{ productId: ${lamp}, quantity: 1000 }]) { id }`,
    `restock(productId: ${pen}, quantity: 1, idempotencyKey: "documented") { id }`,
    `restock(productId: ${pen}, quantity: 2, idempotencyKey: "documented") { id }`,
    `createOrder(userId: ${userId}, amount: 1, idempotencyKey: "documented") { id }`,
    `createOrder(userId: ${userId}, amount: 2, idempotencyKey: "documented") { id }`,
  ];
  const seen: unknown[] = [];
  for (const mutation of failures) {
    const { errors = [] } = await ask(graph.url, `mutation { ${mutation} }`);
    seen.push(...errors.map(({ extensions }) => extensions));
  }
  graph.verificationProxy.behaviour = 'reset';
  const { errors } = await ask(graph.url, 'mutation { createOrder(userId: 1, amount: 1) { id } }');
  graph.verificationProxy.behaviour = 'pass';
  const { id, ...unavailable } = errors?.[0]?.extensions ?? {};
  assert.match(String(id), /^[\da-f-]{36}$/);
  assert.deepEqual(unavailable, { code: 'SUBGRAPH_UNAVAILABLE', subgraph: 'users' });
  assert.deepEqual(seen, [
    { code: 'BAD_USER_INPUT', argument: 'name' },
    { code: 'EMAIL_TAKEN' },
    { code: 'USER_NOT_FOUND' },
    { code: 'ORDER_NOT_FOUND' },
    { code: 'PRODUCT_NOT_FOUND', productId: '999' },
    { code: 'PRODUCT_NOT_FOUND', productId: '999' },
    { code: 'INSUFFICIENT_STOCK', productId: lamp, left: 9 },
    { code: 'IDEMPOTENCY_KEY_REUSED' },
    { code: 'IDEMPOTENCY_KEY_REUSED' },
  ]);
});

import assert from 'node:assert/strict';
import { after, afterEach, test } from 'node:test';
import type { Behaviour } from '../harness/behaviours.ts';
import { databasesOf, endingOf, sendCancel, sendCheckout, startAgain, untilSettled } from '../harness/checkouts.ts';
import { ask, codesOf, createProduct, createUser, errorsOf, get } from '../harness/client.ts';
import { startGraph } from '../harness/graph.ts';
import { readRows } from '../harness/rows.ts';

const STOCK = 100;

const graph = await startGraph({ after }, { orders: { PRODUCTS_TIMEOUT_MS: '500' } });
const { orders: ordersFile, products: productsFile } = databasesOf(graph);
const userId = await createUser(graph.url, 'ada@example.com');
let number = 0;
const untouched = await checkOut();

afterEach(async () => {
  for (const proxy of [graph.ordersProxy, graph.productsProxy, graph.stockProxy]) proxy.behaviour = 'pass';
  await untilSettled(graph);
});

/** Checks out 3 pieces of a new product. */
async function checkOut() {
  number += 1;
  const productId = await createProduct(graph.url, STOCK);
  const checkout = { userId, productId, quantity: 3, key: `checkout ${number}` };
  const send = () => sendCheckout(graph.url, checkout);
  const answer = await send();
  return { productId, key: checkout.key, answer, send };
}

const statusOf = (key: string) =>
  readRows<{ status: string }>(ordersFile, `select status from orders where idempotency_key = '${key}'`)[0]?.status;

const stockOf = (id: string) =>
  readRows<{ stock: number }>(productsFile, `select stock from products where id = ${id}`)[0]?.stock;

const FAILURES: [Behaviour, error: string][] = [
  ['reset', 'SUBGRAPH_UNAVAILABLE at checkout: Subgraph "products" is unavailable'],
  ['status 500', 'SUBGRAPH_UNAVAILABLE at checkout: Subgraph "products" is unavailable'],
  ['lose the answer', 'SUBGRAPH_UNAVAILABLE at checkout: Subgraph "products" is unavailable'],
  ['cut the answer', 'SUBGRAPH_UNAVAILABLE at checkout: Subgraph "products" is unavailable'],
  ['hang', 'DEADLINE_EXCEEDED at checkout: Subgraph "products" did not respond within 500 ms'],
];
for (const [behaviour, error] of FAILURES) {
  test(`has cancelled the order when checkout says that products is unavailable (${behaviour})`, async () => {
    graph.stockProxy.behaviour = behaviour;
    const { productId, key, answer, send } = await checkOut();
    assert.deepEqual(errorsOf(answer), [error]);
    assert.equal(statusOf(key), 'CANCELLED');
    assert.equal(endingOf(await send()), 'CANCELLED');

    graph.stockProxy.behaviour = 'pass';
    await untilSettled(graph);
    assert.equal(stockOf(productId), STOCK);
    assert.equal(endingOf(await send()), 'CANCELLED');
  });

  test(`has cancelled the order when cancelOrder says so, though products is unavailable (${behaviour})`, async () => {
    const { productId, key, answer } = await checkOut();
    graph.stockProxy.behaviour = behaviour;
    const cancelled = await sendCancel(graph.url, String(answer.data?.checkout.id));
    assert.deepEqual(cancelled.data, { cancelOrder: { status: 'CANCELLED' } }, cancelled.text);
    assert.equal(statusOf(key), 'CANCELLED');

    graph.stockProxy.behaviour = 'pass';
    await untilSettled(graph);
    assert.equal(stockOf(productId), STOCK);
  });
}

const LOSSES: Behaviour[] = ['lose the answer', 'cut the answer'];
for (const loss of LOSSES) {
  test(`says that the outcome of cancelOrder is unknown if its response is lost (${loss})`, async () => {
    const { key, answer } = await checkOut();
    graph.ordersProxy.behaviour = loss;
    const lost = await sendCancel(graph.url, String(answer.data?.checkout.id));
    assert.deepEqual([lost.data, codesOf(lost)], [null, ['OUTCOME_UNKNOWN']]);
    assert.equal(statusOf(key), 'CANCELLED');
  });

  const MUTATIONS: [name: string, (id: string, key: string) => string][] = [
    ['createProduct', (_, key) => `createProduct(name: "${key}", price: 1, stock: 7, idempotencyKey: "${key}")`],
    ['restock', (id, key) => `restock(productId: ${id}, quantity: 7, idempotencyKey: "${key}")`],
  ];
  for (const [name, write] of MUTATIONS) {
    test(`runs ${name} once if its response is lost and it is sent again with its key (${loss})`, async () => {
      const id = await createProduct(graph.url, 0);
      const mutation = `mutation { change: ${write(id, `${name}, ${loss}`)} { id stock } }`;
      const before = countProducts();
      graph.productsProxy.behaviour = loss;
      assert.deepEqual(codesOf(await ask(graph.url, mutation)), ['OUTCOME_UNKNOWN']);
      assert.equal(countProducts(), name === 'createProduct' ? before + 1 : before);

      graph.productsProxy.behaviour = 'pass';
      const answers = await Promise.all(Array.from({ length: 10 }, () => get<Changed>(graph.url, mutation)));
      for (const { change } of answers) assert.deepEqual(change, { id: answers[0]?.change.id, stock: 7 });
      assert.equal(countProducts(), name === 'createProduct' ? before + 1 : before);
    });
  }
}

test('keeps a cancellation if orders is killed before the stock is released', async (t) => {
  const { productId, key, answer } = await checkOut();
  graph.stockProxy.behaviour = 'hang';
  const { data } = await sendCancel(graph.url, String(answer.data?.checkout.id));
  await graph.orders.stop('SIGKILL');
  assert.deepEqual(
    [data, statusOf(key), stockOf(productId)],
    [{ cancelOrder: { status: 'CANCELLED' } }, 'CANCELLED', 97],
  );

  graph.stockProxy.behaviour = 'pass';
  await startAgain(t, graph, 'orders');
  await untilSettled(graph);
  assert.equal(stockOf(productId), STOCK);
});

test('says that cancelOrder did nothing if orders is down', async () => {
  await graph.ordersProxy.close();
  const refused = await sendCancel(graph.url, String(untouched.answer.data?.checkout.id));
  assert.equal(refused.data, null);
  assert.deepEqual(errorsOf(refused), ['SUBGRAPH_UNAVAILABLE at cancelOrder: Subgraph "orders" is unavailable']);
  assert.equal(statusOf(untouched.key), 'CONFIRMED');
});

interface Changed {
  readonly change: { readonly id: string; readonly stock: number };
}

function countProducts(): number {
  return readRows<{ count: number }>(productsFile, 'select count(*) as count from products')[0]?.count ?? 0;
}

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkCheckouts } from '../../commands/databases/checkout-check.ts';
import { databasesOf, endingOf, sendCheckout, untilSettled } from '../harness/checkouts.ts';
import { createProduct, createUser, get } from '../harness/client.ts';
import { times } from '../harness/full-count.ts';
import { startGraph } from '../harness/graph.ts';

const STOCK = 1000;
const CHECKOUTS = times(100);

test('takes no stock for a reservation that arrives after its release', async (t) => {
  const graph = await startGraph(t, { orders: { PRODUCTS_TIMEOUT_MS: '300' } });
  const userId = await createUser(graph.url, 'ada@example.com');
  const productId = await createProduct(graph.url, STOCK);
  const keys = Array.from({ length: CHECKOUTS }, (_, index) => `late ${index}`);
  const send = (key: string) => sendCheckout(graph.url, { userId, productId, quantity: 3, key });

  graph.stockProxy.behaviour = ({ query }) => (query.includes('reserveStock') ? 'hold' : 'pass');
  const endings = await Promise.all(keys.map(async (key) => endingOf(await send(key))));
  assert.deepEqual(new Set(endings), new Set(['DEADLINE_EXCEEDED']));
  await untilSettled(graph);
  graph.stockProxy.behaviour = 'pass';
  await graph.stockProxy.letGo();

  assert.deepEqual((await checkCheckouts(databasesOf(graph))).problems, []);
  const { product } = await get<{ product: object }>(graph.url, 'query ($id: ID!) { product(id: $id) { stock } }', {
    id: productId,
  });
  assert.deepEqual(product, { stock: STOCK });
  const again = await Promise.all(keys.map(async (key) => endingOf(await send(key))));
  assert.deepEqual(new Set(again), new Set(['CANCELLED']), 'the key tells how it ended');
});

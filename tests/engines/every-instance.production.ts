import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sendCheckout } from '../harness/checkouts.ts';
import { createOrder, createProduct, createUser, get } from '../harness/client.ts';
import { startGraph } from '../harness/graph.ts';
import { INSTANCES } from '../harness/instances.ts';
import type { RunningProcess } from '../harness/process.ts';

const ROUNDS = 6;

test('a graph of several instances uses every one of them', {
  skip: INSTANCES === 1 && 'npm run test:engines runs it with two instances',
}, async (t) => {
  const graph = await startGraph(t, { all: { LOG_LEVEL: 'debug' } });
  for (let round = 1; round <= ROUNDS; round += 1) {
    const userId = await createUser(graph.url, `${round}@example.com`);
    const productId = await createProduct(graph.url, 1);
    await createOrder(graph.url, userId);
    assert.ok((await sendCheckout(graph.url, { userId, productId, quantity: 1, key: `${round}` })).data);
    await get(graph.url, '{ orders { user { name } } products { stock } }');
  }
  for (const running of [graph.users, graph.orders, graph.products]) assert.equal(writersOf(running), INSTANCES);
  for (const proxy of [
    graph.usersProxy,
    graph.ordersProxy,
    graph.productsProxy,
    graph.verificationProxy,
    graph.stockProxy,
  ])
    assert.equal(new Set(proxy.calls.map(({ headers }) => headers.host)).size, INSTANCES);
  assert.equal(new Set([graph.url, graph.url]).size, INSTANCES);
});

/** Returns the number of instances that have written to their database. */
function writersOf({ logs }: RunningProcess): number {
  const writes = logs.filter(({ msg, sql }) => msg === 'statement' && /^insert/i.test(String(sql)));
  return new Set(writes.map(({ pid }) => pid)).size;
}

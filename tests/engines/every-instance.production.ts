import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sendCheckout } from '../harness/checkouts.ts';
import { createOrder, createProduct, createUser, get } from '../harness/client.ts';
import { startGraph } from '../harness/graph.ts';
import { INSTANCES } from '../harness/instances.ts';
import type { RunningProcess } from '../harness/process.ts';

/** Most of them; instances take turns, and a few calls can all meet the same one. */
const ROUNDS = 30;

test('a graph of several instances uses every one of them', {
  skip: INSTANCES === 1 && 'npm run test:engines runs it with two instances',
}, async (t) => {
  const graph = await startGraph(t, { all: { LOG_LEVEL: 'debug' } });
  const running = [graph.users, graph.orders, graph.products];
  const areUsed = () => running.every((one) => usersOf(one) === INSTANCES);
  for (let round = 1; round <= ROUNDS && (round <= 3 || !areUsed()); round += 1) {
    const userId = await createUser(graph.url, `${round}@example.com`);
    const productId = await createProduct(graph.url, 1);
    await createOrder(graph.url, userId);
    assert.ok((await sendCheckout(graph.url, { userId, productId, quantity: 1, key: `${round}` })).data);
    await get(graph.url, '{ orders { user { name } } products { stock } }');
  }
  assert.deepEqual(
    running.map(usersOf),
    running.map(() => INSTANCES),
  );
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

/** Returns the number of instances that have used the tables of their database. */
function usersOf({ logs }: RunningProcess): number {
  const uses = logs.filter(({ msg, sql }) => msg === 'statement' && / "(users|orders|products)" /.test(`${sql} `));
  return new Set(uses.map(({ pid }) => pid)).size;
}

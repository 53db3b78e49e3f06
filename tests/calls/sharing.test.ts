import assert from 'node:assert/strict';
import { after, afterEach, test } from 'node:test';
import { createOrder, createUser, get } from '../harness/client.ts';
import { start, startGraph } from '../harness/graph.ts';
import type { RunningProcess } from '../harness/process.ts';
import type { FaultProxy } from '../harness/proxy.ts';
import { until } from '../harness/waiting.ts';
import { supergraphWith } from './settings.ts';

const CLIENTS = 20;

const graph = await startGraph({ after }, { only: ['users', 'orders'] });
const off = await supergraphWith({ after }, { traffic: ['deduplicate_query: false', 'batch_entities: false'] });
const unshared = await start({ after }, 'gateway', {
  SUPERGRAPH_FILE: off,
  USERS_URL: graph.usersProxy.url,
  ORDERS_URL: graph.ordersProxy.url,
});
const orders: string[] = [];
for (let index = 0; index < CLIENTS; index += 1) {
  orders.push(await createOrder(graph.url, await createUser(graph.url, `${index}@example.com`, `User ${index}`)));
}

afterEach(() => {
  graph.usersProxy.behaviour = graph.ordersProxy.behaviour = 'pass';
});

/** Sends the queries of all clients, which come to the proxy before any is answered, and gives the answers. */
async function askTogether(
  gateway: RunningProcess,
  queries: readonly string[],
  proxy: FaultProxy,
  calls: number,
): Promise<unknown[]> {
  const { url } = gateway;
  const before = proxy.calls.length;
  proxy.behaviour = 'hold';
  const answers = Promise.all(queries.map((query) => get(url, query)));
  await until(
    () => proxy.calls.length - before,
    (seen) => seen >= calls,
  );
  await get(url, '{ __typename }'); // whatever came before this has come
  assert.equal(proxy.calls.length - before, calls);
  proxy.behaviour = 'pass';
  gateway.signal('SIGSTOP'); // it finds all answers at the same moment
  await proxy.letGo();
  gateway.signal('SIGCONT');
  return answers;
}

const ALIKE = Array.from({ length: CLIENTS }, () => '{ orders(first: 1) { id } }');

test("makes one call of different clients' queries that are alike and under way, unless the file says otherwise", async () => {
  const answers = await askTogether(graph.gateway, ALIKE, graph.ordersProxy, 1);
  for (const answer of answers) assert.deepEqual(answer, { orders: [{ id: orders[0] }] });
  assert.deepEqual(await askTogether(unshared, ALIKE, graph.ordersProxy, CLIENTS), answers);
});

test('sends entity fetches of different clients together, unless the file says otherwise', async () => {
  const queries = orders.map((id) => `{ order(id: ${id}) { user { name } } }`);
  for (const [gateway, isShared] of [
    [graph.gateway, true],
    [unshared, false],
  ] as const) {
    const before = graph.usersProxy.calls.length;
    const answers = await askTogether(gateway, queries, graph.ordersProxy, CLIENTS);
    assert.deepEqual(
      answers,
      orders.map((_, index) => ({ order: { user: { name: `User ${index}` } } })),
    );
    const calls = graph.usersProxy.calls.length - before;
    assert.ok(isShared ? calls <= CLIENTS / 4 : calls === CLIENTS, `${calls} calls for ${CLIENTS} clients`);
  }
});

import assert from 'node:assert/strict';
import { after, afterEach, test } from 'node:test';
import { createOrder, createUser, get } from '../harness/client.ts';
import { readPage } from '../harness/documentation.ts';
import { start, startGraph } from '../harness/graph.ts';
import type { RunningProcess } from '../harness/process.ts';
import type { FaultProxy } from '../harness/proxy.ts';
import { until } from '../harness/waiting.ts';
import { supergraphWith } from './settings.ts';

const CLIENTS = 20;

const graph = await startGraph({ after }, { only: ['users', 'orders'], orders: { SUBGRAPH_MAX_OBJECTS: '250' } });
const off = await supergraphWith(
  { after },
  { traffic: ['deduplicate_query: false', 'batch_entities: false', 'merge_fetches: false'] },
);
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

test('answers each client of a merged call whose answer can not be used', async () => {
  const queries = orders.map((id) => `{ order(id: ${id}) { user { name } } }`);
  const sizes: unknown[] = [];
  graph.usersProxy.behaviour = ({ variables: { representations } }) => {
    const size = Array.isArray(representations) ? representations.length : 0;
    sizes.push(size);
    return size > 1 ? 'garbage' : 'pass';
  };
  assert.deepEqual(
    await askTogether(graph.gateway, queries, graph.ordersProxy, CLIENTS),
    orders.map((_, index) => ({ order: { user: { name: `User ${index}` } } })),
  );
  assert.ok(
    sizes.some((size) => size !== 1),
    'calls were merged',
  );
});

/** Codes, headers and keys of the gateway and its subgraphs, and text that looks like part of an answer. */
const WORDS = [
  ...new Set(readPage('docs/errors.md').match(/\b[A-Z]+(_[A-Z]+)+\b/g)),
  ...['OVERLOADED', 'FORBIDDEN', 'x-deadline-ms', 'x-subgraph-secret', 'retry-after', 'cache-control: no-store'],
  ...['_entities', '__typename', '__proto__', 'constructor', 'representations', 'errors', 'extensions', 'null'],
  '"extensions":{"code":"DEADLINE_EXCEEDED"}',
  '"}],"errors":[{"message":"","extensions":{"code":"SUBGRAPH_UNAVAILABLE"}}]}',
  '{"data":null,"errors":[{"message":"x","path":["_entities"]}]}',
];

test('no stored text changes the answers, calls or times of the gateway', async () => {
  const owners = await Promise.all(
    WORDS.map((word, index) => createUser(graph.url, `word-${index}@example.com`, word)),
  );
  const ids = await Promise.all(owners.map((owner) => createOrder(graph.url, owner)));
  for (const [index, word] of WORDS.entries()) {
    const { user } = await get<{ user: unknown }>(graph.url, `{ user(id: ${owners[index]}) { name } }`);
    assert.deepEqual(user, { name: word });
  }
  const words = `{ orders(first: 100, after: ${orders.at(-1)}) { user { name } } }`;
  const plain = `{ orders(first: ${ids.length}) { user { name } } }`;
  for (const query of [plain, words]) await get(graph.url, query); // planned
  const costs = [];
  for (const query of [plain, words]) {
    const before = graph.usersProxy.calls.length;
    const startedAt = performance.now();
    const queries = Array.from({ length: CLIENTS }, () => query);
    const answers = await askTogether(graph.gateway, queries, graph.ordersProxy, 1);
    costs.push({ ms: performance.now() - startedAt, calls: graph.usersProxy.calls.length - before });
    for (const answer of answers) assert.deepEqual(answer, answers[0]);
    if (query !== words) continue;
    const [{ orders: found }] = answers as [{ orders: { user: { name: string } }[] }];
    assert.deepEqual(found.map(({ user }) => user.name).sort(), [...WORDS].sort());
  }
  const [of, other] = costs;
  assert.ok(of && other);
  assert.ok(other.calls <= Math.max(2, of.calls), `${other.calls} calls instead of ${of.calls}`);
  assert.ok(other.ms < of.ms * 3 + 300, `${other.ms} ms instead of ${of.ms} ms`);
});

test('makes one call of the entity fetches of one operation, unless the file says otherwise or it is too large for the subgraph', async () => {
  const query = `query ($n: Int!) {
    a: users(first: $n) { orders(first: 1) { id } } b: users(first: $n) { orders(first: 2) { id } } }`;
  for (const [{ url }, n, calls] of [
    [unshared, 10, 2],
    [graph.gateway, 10, 1],
    [graph.gateway, CLIENTS, 3],
    [graph.gateway, CLIENTS, 2], // it is not merged for a while
  ] as const) {
    const before = graph.ordersProxy.calls.length;
    const { a, b } = await get<Record<'a' | 'b', { orders: unknown[] }[]>>(url, query, { n });
    assert.deepEqual([a.length, a], [n, b]);
    assert.ok(a.every(({ orders: [order, ...others] }) => order && others.length === 0));
    assert.equal(graph.ordersProxy.calls.length - before, calls);
  }
});

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, test } from 'node:test';
import { ask, createUser } from '../harness/client.ts';
import { startGraph } from '../harness/graph.ts';
import type { FaultProxy } from '../harness/proxy.ts';
import { copySupergraph, replace } from '../harness/supergraph-files.ts';

const files = await copySupergraph({ after });
const original = await readFile(files.supergraph, 'utf8');
await replace(files.supergraph, `${original}gateway: { telemetry: { logging: { access_log: true } } }\n`);
const graph = await startGraph(
  { after },
  { only: ['users', 'orders'], gateway: { SUPERGRAPH_FILE: files.supergraph } },
);
const { gateway, usersProxy, ordersProxy, verificationProxy } = graph;
const ada = await createUser(graph.url, 'ada@example.com');

const CREATE =
  'mutation Create($userId: ID!) { createOrder(userId: $userId, amount: "1.50") { user { name } status id } }';

/** Creates an order, and returns the ids of the calls made for it: to orders, by orders to users, and to users. */
async function create(headers: Record<string, string> = {}): Promise<unknown[]> {
  const proxies: readonly FaultProxy[] = [ordersProxy, verificationProxy, usersProxy];
  for (const { calls } of proxies) calls.length = 0;
  await ask(graph.url, CREATE, { userId: ada }, headers);
  return proxies.map(({ calls }) => calls.map((call) => call.headers['x-request-id']).join());
}

test("a client's id is that of every call made for its request, those between subgraphs included, and of its access line", async () => {
  assert.deepEqual(await create({ 'x-request-id': 'web-1' }), ['web-1', 'web-1', 'web-1']);
  const line = await gateway.logged(({ msg, requestId }) => msg === 'request' && requestId === 'web-1');
  assert.equal(line.operationName, 'Create');
});

test('a request whose id is missing, long or unsafe gets a new one', async () => {
  const given = [undefined, '', 'two words', 'Bearer=c2VzYW1l', 'x'.repeat(129), '{"token":"sesame"}'];
  const found = new Set<unknown>();
  for (const id of given) {
    const [first, ...others] = await create(id === undefined ? {} : { 'x-request-id': id });
    assert.match(String(first), /^[\da-f]{8}-[\da-f-]{27}$/);
    assert.deepEqual(others, [first, first]);
    found.add(first);
  }
  assert.equal(found.size, given.length);
  assert.doesNotMatch(JSON.stringify(gateway.logs), /sesame|c2VzYW1l/);
});

test('with the access log, each call that fails is logged once, under the id of its request', async () => {
  usersProxy.behaviour = 'reset';
  for (const id of ['web-2', 'web-3']) await create({ 'x-request-id': id });
  usersProxy.behaviour = 'pass';
  for (const id of ['web-2', 'web-3']) {
    const { errors } = await gateway.logged(({ msg, requestId }) => msg === 'request' && requestId === id);
    assert.deepEqual(errors, { SUBGRAPH_UNAVAILABLE: 1 });
    const lines = gateway.logs.filter(({ msg, requestId }) => msg !== 'request' && requestId === id);
    assert.deepEqual(
      lines.map(({ level, subgraph, msg }) => [level, subgraph, msg.replace(/: .*/, '')]),
      [['warn', 'users', 'a call to the subgraph failed']],
    );
  }
});

test("a failed call of orders' own is in its log under the id of the client's request", async () => {
  verificationProxy.behaviour = 'reset';
  await ask(graph.url, CREATE, { userId: ada }, { 'x-request-id': 'web-5' });
  verificationProxy.behaviour = 'pass';
  const line = await graph.orders.logged(({ requestId }) => requestId === 'web-5');
  assert.deepEqual([line.level, line.subgraph], ['warn', 'users']);
});

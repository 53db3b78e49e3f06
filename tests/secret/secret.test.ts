import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { supergraphWith } from '../calls/settings.ts';
import { createProduct, createUser, get } from '../harness/client.ts';
import { startGraph } from '../harness/graph.ts';
import { SUBGRAPH_NAMES } from '../harness/subgraphs.ts';

const SECRET = 'the secret of this one test';
const USERS_SECRET = 'the-secret-of-users-alone';
const graph = await startGraph(
  { after },
  {
    all: { SUBGRAPH_SECRET: SECRET },
    users: { SUBGRAPH_SECRET: USERS_SECRET },
    orders: { USERS_SECRET },
    gateway: {
      USERS_SECRET,
      SUPERGRAPH_FILE: await supergraphWith({ after }, { users: ['secret: ${env.USERS_SECRET}'] }),
    },
  },
);
const id = await createUser(graph.url, 'ada@example.com');
assert.equal(await createProduct(graph.url, 5), id);

const ENTITIES = '{"query":"{ _entities(representations: []) { __typename } }"}';

/** Sends a body straight to a subgraph. */
async function send(url: string, body: string, secret?: string): Promise<[status: number, body: string]> {
  const headers = { 'content-type': 'application/json', ...(secret !== undefined && { 'x-subgraph-secret': secret }) };
  const response = await fetch(url, { method: 'POST', headers, body });
  return [response.status, await response.text()];
}

const REFUSED = [403, 'This subgraph only accepts requests from its gateway.\n'];

for (const subgraph of SUBGRAPH_NAMES) {
  const { url } = graph.processOf(subgraph);
  const [secret, anothers] = subgraph === 'users' ? [USERS_SECRET, SECRET] : [SECRET, USERS_SECRET];

  test(`${subgraph} rejects _entities without the secret and with a wrong one`, async () => {
    assert.deepEqual(await send(url, ENTITIES), REFUSED);
    for (const wrong of ['', `${secret}.`, anothers]) assert.deepEqual(await send(url, ENTITIES, wrong), REFUSED);
  });

  test(`${subgraph} rejects before it parses anything`, async () => {
    assert.deepEqual(await send(url, '{ no JSON'), REFUSED);
    const page = await fetch(url, { headers: { accept: 'text/html' } });
    assert.deepEqual([page.status, await page.text()], REFUSED);
  });

  test(`${subgraph} answers with the secret`, async () => {
    assert.deepEqual(await send(url, ENTITIES, secret), [200, '{"data":{"_entities":[]}}\n']);
  });

  test(`${subgraph} reports its health without the secret`, async () => {
    assert.equal((await fetch(new URL('/health/live', url))).status, 200);
    assert.equal((await fetch(new URL('/health/ready', url))).status, 200);
  });
}

test('the gateway and orders send each subgraph its own secret with every call, and no other', async () => {
  const { createOrder } = await get<{ createOrder: object }>(
    graph.url,
    `mutation { createOrder(userId: ${id}, amount: 1) { user { name } } }`,
  );
  assert.deepEqual(createOrder, { user: { name: 'Ada Lovelace' } });
  const checkout = `mutation { checkout(userId: ${id}, items: [{ productId: ${id}, quantity: 1 }]) { items { product { name } } } }`;
  assert.deepEqual(await get(graph.url, checkout), { checkout: { items: [{ product: { name: 'Lamp' } }] } });
  const { usersProxy, ordersProxy, productsProxy, verificationProxy, stockProxy } = graph;
  for (const { calls } of [ordersProxy, productsProxy, stockProxy]) {
    assert.ok(calls.length > 0);
    for (const { headers } of calls) assert.equal(headers['x-subgraph-secret'], SECRET);
  }
  for (const { calls } of [usersProxy, verificationProxy]) {
    assert.ok(calls.length > 0);
    for (const { headers } of calls) assert.equal(headers['x-subgraph-secret'], USERS_SECRET);
  }
});

test('a client of the gateway needs no secret and never sees it', async () => {
  const response = await fetch(graph.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"query":"{ users { id } }"}',
  });
  assert.equal(response.status, 200);
  const headers = JSON.stringify([...response.headers]);
  assert.ok(!headers.includes(SECRET) && !headers.includes(USERS_SECRET));
});

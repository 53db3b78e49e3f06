import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { ask, codesOf, createOrder, createUser, errorsOf, get } from '../harness/client.ts';
import { start, startGraph } from '../harness/graph.ts';

const graph = await startGraph({ after });
await createOrder(graph.url, await createUser(graph.url, 'ada@example.com'));
const [production, opened] = await Promise.all([
  start({ after }, 'gateway', { NODE_ENV: 'production' }),
  start({ after }, 'gateway', { NODE_ENV: 'production', INTROSPECTION: 'true', LANDING_PAGE: 'true' }),
]);

/** Opens an address as a browser does. */
function open(url: string | URL): Promise<Response> {
  return fetch(url, { headers: { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' }, redirect: 'manual' });
}

test('redirects / to /graphql', async () => {
  const { status, headers } = await open(new URL('/', graph.url));
  assert.deepEqual([status, headers.get('location')], [302, '/graphql']);
});

test('serves Sandbox to a browser at /graphql, with a first query that runs', async () => {
  const response = await open(graph.url);
  assert.equal(response.status, 200);
  assert.match(response.headers.get('content-type') ?? '', /^text\/html/);
  const page = await response.text();
  assert.match(page, /embeddable-sandbox\.umd\.production\.min\.js/);
  assert.match(page, /"runTelemetry":false/);
  const [, document] = /"document":("(?:[^"\\]|\\.)*")/.exec(page) ?? [];
  const data = await get<{ orders: object[] }>(graph.url, JSON.parse(document ?? ''));
  assert.deepEqual(Object.keys(data.orders[0] ?? {}), [
    'id',
    'userId',
    'user',
    'amount',
    'status',
    'createdAt',
    'items',
  ]);
});

test('serves no page to a client that accepts JSON', async () => {
  const response = await fetch(graph.url, {
    headers: { accept: 'application/json', 'apollo-require-preflight': 'true' },
  });
  assert.equal(response.status, 400);
  assert.match(response.headers.get('content-type') ?? '', /json/);
});

test('serves introspection with descriptions', async () => {
  const query = '{ __type(name: "Order") { description fields { name } } }';
  assert.deepEqual(await get(graph.url, query), {
    __type: {
      description: 'An order of a user.',
      fields: ['id', 'userId', 'user', 'amount', 'status', 'createdAt', 'items'].map((name) => ({ name })),
    },
  });
  assert.deepEqual(await get(graph.url, '{ __type(name: "_Entity") { name } }'), { __type: null });
});

test('serves no page, no introspection and no hint at the schema in production mode', async () => {
  assert.equal((await open(new URL('/', production.url))).status, 404);
  const page = await open(production.url);
  assert.equal(page.status, 400);
  assert.doesNotMatch(await page.text(), /sandbox/i);
  const introspection = await ask(production.url, '{ __schema { queryType { name } } }');
  assert.deepEqual([introspection.data ?? null, codesOf(introspection)], [null, ['GRAPHQL_VALIDATION_FAILED']]);
  const close = await ask(production.url, '{ users { nam } }');
  assert.deepEqual(errorsOf(close), ['GRAPHQL_VALIDATION_FAILED: Cannot query field "nam" on type "User".']);
});

test('INTROSPECTION and LANDING_PAGE turn them on in production mode', async () => {
  assert.equal((await open(new URL('/', opened.url))).status, 302);
  assert.match(await (await open(opened.url)).text(), /embeddable-sandbox/);
  assert.deepEqual(await get(opened.url, '{ __schema { queryType { name } } }'), {
    __schema: { queryType: { name: 'Query' } },
  });
});

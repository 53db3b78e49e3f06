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
    'nodeId',
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
      fields: ['id', 'nodeId', 'userId', 'user', 'amount', 'status', 'createdAt', 'items'].map((name) => ({ name })),
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

test('no answer can be taken for another media type', async () => {
  const json = { 'content-type': 'application/json' };
  const body = '{"query":"{ users { id } }"}';
  const requests: [path: string, request: RequestInit, status: number][] = [
    ['/graphql', { method: 'POST', headers: json, body }, 200],
    ['/graphql', { method: 'POST', headers: json, body }, 200], // by the fast path
    ['/graphql', { method: 'POST', headers: json, body: '{"query":"{ nothing }"}' }, 400],
    ['/graphql', { method: 'POST', headers: json, body: '{' }, 400],
    ['/graphql', { method: 'POST', headers: { 'content-type': 'text/plain' }, body }, 400],
    ['/graphql', { method: 'POST', headers: json, body: `"${' '.repeat(3_000_000)}"` }, 413],
    ['/graphql', { method: 'PUT', headers: json, body }, 405],
    ['/graphql', { headers: { accept: 'text/html' } }, 200],
    ['/graphiql', {}, 200],
    ['/', { redirect: 'manual' }, 302],
    ['/nowhere', {}, 404],
    ['/health/live', {}, 200],
    ['/health/ready', {}, 200],
  ];
  for (const [path, request, status] of requests) {
    const response = await fetch(new URL(path, graph.url), request);
    await response.arrayBuffer();
    assert.deepEqual([path, response.status], [path, status]);
    assert.equal(response.headers.get('x-content-type-options'), 'nosniff', `${request.method} ${path}`);
  }
  const atSubgraph = await fetch(graph.users.url, { method: 'POST', headers: json, body });
  assert.deepEqual([atSubgraph.status, atSubgraph.headers.get('x-content-type-options')], [403, 'nosniff']);
});

test('no other site can show a page in a frame', async () => {
  for (const path of ['/graphql', '/graphiql']) {
    const { headers } = await open(new URL(path, graph.url));
    assert.match(headers.get('content-security-policy') ?? '', /frame-ancestors 'none'/);
    assert.equal(headers.get('x-frame-options'), 'DENY');
  }
});

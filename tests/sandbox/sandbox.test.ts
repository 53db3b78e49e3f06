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

/** What a browser gets that opens the address. */
function open(url: string | URL): Promise<Response> {
  return fetch(url, { headers: { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' }, redirect: 'manual' });
}

test('/ leads to /graphql', async () => {
  const { status, headers } = await open(new URL('/', graph.url));
  assert.deepEqual([status, headers.get('location')], [302, '/graphql']);
});

test('/graphql is Sandbox for a browser, with a first query that runs as it is', async () => {
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

test('whoever asks for JSON gets no page', async () => {
  const response = await fetch(graph.url, {
    headers: { accept: 'application/json', 'apollo-require-preflight': 'true' },
  });
  assert.equal(response.status, 400);
  assert.match(response.headers.get('content-type') ?? '', /json/);
});

test('introspection tells what the graph has, with its descriptions', async () => {
  const query = '{ __type(name: "Order") { description fields { name } } }';
  assert.deepEqual(await get(graph.url, query), {
    __type: {
      description: 'What a user ordered.',
      fields: ['id', 'userId', 'user', 'amount', 'status', 'createdAt', 'items'].map((name) => ({ name })),
    },
  });
  assert.deepEqual(await get(graph.url, '{ __type(name: "_Entity") { name } }'), { __type: null });
});

test('in production mode there is no page, no introspection, and no hint at the schema', async () => {
  assert.equal((await open(new URL('/', production.url))).status, 404);
  const page = await open(production.url);
  assert.equal(page.status, 400);
  assert.doesNotMatch(await page.text(), /sandbox/i);
  const introspection = await ask(production.url, '{ __schema { queryType { name } } }');
  assert.deepEqual([introspection.data ?? null, codesOf(introspection)], [null, ['GRAPHQL_VALIDATION_FAILED']]);
  const close = await ask(production.url, '{ users { nam } }');
  assert.deepEqual(errorsOf(close), ['GRAPHQL_VALIDATION_FAILED: Cannot query field "nam" on type "User".']);
});

test('in production mode INTROSPECTION and LANDING_PAGE switch them on', async () => {
  assert.equal((await open(new URL('/', opened.url))).status, 302);
  assert.match(await (await open(opened.url)).text(), /embeddable-sandbox/);
  assert.deepEqual(await get(opened.url, '{ __schema { queryType { name } } }'), {
    __schema: { queryType: { name: 'Query' } },
  });
});

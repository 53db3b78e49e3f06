import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, test } from 'node:test';
import { startCachingProxy, withoutNginx } from '../harness/nginx.ts';
import { send, startGateway } from '../harness/things.ts';
import { until } from '../harness/waiting.ts';

const QUERY = `{ ${Array.from({ length: 100 }, (_, index) => `thing${index}: thing { name }`).join(' ')} }`;

const SHORT_QUERY = '{ word }';
const LIMITS = 'limits: { max_aliases: 200, max_root_fields: 200 }';

const gateway = await startGateway(
  { after },
  {
    gateway: `${LIMITS}, headers: { response: [{ propagate: { named: cache-control } }] }`,
  },
);

const thing = { __typename: 'Thing', id: '1' };

/** Has both subgraphs give each answer this `cache-control`. */
function answerWith(cacheControl: string): void {
  const data = Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`thing${index}`, thing]));
  gateway.reply = (subgraph) => ({
    headers: { 'cache-control': cacheControl },
    ...(subgraph === 'things' && { body: { data } }),
  });
}

/** Sends the query as clients do that register it by its hash: https://www.apollographql.com/docs/apollo-server/performance/apq */
async function ask(url: string, parameters: Readonly<Record<string, string>>, headers: Record<string, string> = {}) {
  const sha256Hash = createHash('sha256').update(QUERY).digest('hex');
  const extensions = JSON.stringify({ persistedQuery: { version: 1, sha256Hash } });
  const response = await fetch(`${url}?${new URLSearchParams({ ...parameters, extensions })}`, {
    headers: { 'apollo-require-preflight': '1', ...headers },
  });
  const text = await response.text();
  const from = response.headers.get('x-cache');
  return { status: response.status, headers: response.headers, from, body: text === '' ? undefined : JSON.parse(text) };
}

const skip = withoutNginx;

test('a caching proxy keeps what it may of persisted queries by GET, and asks again with its tag', {
  skip,
}, async (t) => {
  const proxy = await startCachingProxy({ after: (end) => t.after(end) }, gateway.url);
  answerWith('public, max-age=1');
  const unknown = await ask(proxy, {});
  assert.equal(unknown.body.errors[0].extensions.code, 'PERSISTED_QUERY_NOT_FOUND');
  const registered = await ask(proxy, { query: QUERY });
  assert.equal(registered.body.data.thing99.name, 'name of 1');
  const first = await ask(proxy, {});
  assert.deepEqual(first.body, registered.body, 'the proxy kept that the hash was unknown');

  const kept = await until(
    () => ask(proxy, {}),
    ({ from }) => from === 'HIT',
  );
  assert.deepEqual(kept.body, first.body);
  const { length } = gateway.things.calls;
  const again = await until(
    () => ask(proxy, {}),
    ({ from }) => from === 'REVALIDATED',
  );
  assert.deepEqual(again.body, first.body);
  assert.ok(gateway.things.calls.length > length);

  const plain = await ask(proxy, {}, { 'accept-encoding': 'identity' });
  const zipped = await ask(proxy, {}, { 'accept-encoding': 'gzip' });
  assert.deepEqual([plain.headers.get('content-encoding'), zipped.headers.get('content-encoding')], [null, 'gzip']);
  assert.deepEqual([plain.body, zipped.body], [first.body, first.body]);
});

test('a caching proxy keeps nothing that it may not keep', { skip }, async (t) => {
  const proxy = await startCachingProxy({ after: (end) => t.after(end) }, gateway.url);
  answerWith('private, max-age=60');
  for (let sent = 0; sent < 3; sent++) assert.equal((await ask(proxy, { query: QUERY })).from, 'MISS');
  const browser = await ask(gateway.url, { query: QUERY });
  const etag = browser.headers.get('etag') ?? '';
  assert.equal((await ask(gateway.url, { query: QUERY }, { 'if-none-match': etag })).status, 304, 'a browser may');
  gateway.reply = () => ({});
  assert.equal((await ask(proxy, { query: '{ thing { name } }' })).status, 400, 'another hash');
});

test('compresses answers on both ways for clients that accept it, as the settings say', async () => {
  answerWith('max-age=60');
  const codingOf = async (query: string) =>
    (await send(gateway.url, query, { 'accept-encoding': 'br' })).headers.get('content-encoding');
  assert.deepEqual([await codingOf(QUERY), await codingOf(SHORT_QUERY)], ['br', null], 'Apollo Server');

  await gateway.configure({ gateway: `compression: { min_size: 10b }, ${LIMITS}` });
  await until(
    () => codingOf(SHORT_QUERY),
    (coding) => coding === 'br',
  );
  for (let sent = 0; sent < 3; sent++) assert.equal(await codingOf(SHORT_QUERY), 'br', 'the fast path');

  await gateway.configure({ gateway: `compression: { enabled: false, min_size: 10b }, ${LIMITS}` });
  await until(
    () => codingOf(SHORT_QUERY),
    (coding) => coding === null,
  );
});

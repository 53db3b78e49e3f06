import assert from 'node:assert/strict';
import { after, beforeEach, test } from 'node:test';
import { TokenIssuer } from '@lockstep/gateway/pipeline/identity/testing/token-issuer.ts';
import { send, startGateway } from '../harness/things.ts';
import { until } from '../harness/waiting.ts';

const KEY = 'the shared key of this test';
const issuer = await (await new TokenIssuer().addKey('first')).listen();
after(() => issuer.close());

/** Settings with these of the cache. */
function settings(cache: string) {
  return {
    gateway: `response_cache: { enabled: true, ${cache} },
      telemetry: { metrics: { prometheus: /metrics } },
      authentication: { jwt: { jwks: [{ url: "${issuer.url}" }] } },
      headers: { response: [{ propagate: { named: cache-control } }] }`,
    isCountGuarded: true,
  };
}

const gateway = await startGateway(
  { after },
  settings(
    `invalidation: { path: /invalidation, shared_key: "${KEY}" }, subgraph: { all: { private_id: { claim: sub } } }`,
  ),
);
const { url, things, names } = gateway;
const THING = '{ thing { name } }';
const tokenOf = async (sub: string) => ({ authorization: `Bearer ${await issuer.sign({ sub })}` });

beforeEach(async () => {
  for (const subgraph of ['things', 'names'])
    assert.equal((await invalidate([{ kind: 'subgraph', subgraph }])).status, 202);
  takeCalls();
  answerWith('max-age=60');
});

function answerWith(cacheControl: string | undefined): void {
  gateway.reply = () => ({ headers: { ...(cacheControl !== undefined && { 'cache-control': cacheControl }) } });
}

/** Returns the numbers of calls since the last look. */
function takeCalls() {
  return { things: things.calls.splice(0).length, names: names.calls.splice(0).length };
}

async function invalidate(body: unknown, authorization = KEY) {
  const headers = { 'content-type': 'application/json', authorization };
  const response = await fetch(new URL('/invalidation', url), { method: 'POST', headers, body: JSON.stringify(body) });
  return { status: response.status, body: await response.json() };
}

test('answers from what it has stored, until a mutation returns the entity', async () => {
  for (let sent = 0; sent < 3; sent++) {
    const { data, headers } = await send(url, THING);
    assert.deepEqual(data, { thing: { name: 'name of 1' } });
    assert.match(headers.get('cache-control') ?? '', sent === 0 ? /^max-age=60$/ : /^max-age=5\d$/);
  }
  assert.deepEqual(takeCalls(), { things: 1, names: 1 });
  const rename = { __typename: 'Thing', id: '1' };
  gateway.reply = (subgraph) => ({
    headers: { 'cache-control': 'max-age=60' },
    ...(subgraph === 'things' && { body: { data: { rename, thing: rename } } }),
  });
  assert.deepEqual((await send(url, 'mutation { rename { name } }')).data, { rename: { name: 'name of 1' } });
  assert.deepEqual(takeCalls(), { things: 1, names: 1 }, 'nothing below a mutation is from the cache');
  await send(url, THING);
  assert.deepEqual(takeCalls(), { things: 1, names: 0 }, 'but it is stored');
  const metrics = await (await fetch(new URL('/metrics', url))).text();
  assert.match(metrics, /lockstep_response_cache_lookups_total\{subgraph="names",result="hit",pid="\d+"\} [1-9]/);
  assert.match(metrics, /lockstep_response_cache_bytes\{pid="\d+"\} [1-9]\d+/);
});

test('stores nothing that the subgraph does not let it store, nor anything with errors', async () => {
  for (const cacheControl of [undefined, 'no-store', 'no-cache', 'private, max-age=60']) {
    answerWith(cacheControl);
    await send(url, THING);
    await send(url, THING);
    assert.deepEqual(takeCalls(), { things: 2, names: 2 }, cacheControl);
  }
  gateway.reply = (subgraph) => ({
    headers: { 'cache-control': 'max-age=60' },
    ...(subgraph === 'names' && { body: { data: { _entities: [{ name: 'half' }] }, errors: [{ message: 'no' }] } }),
  });
  for (let sent = 0; sent < 2; sent++) assert.equal((await send(url, THING)).errors.length, 1);
  assert.deepEqual(takeCalls(), { things: 1, names: 2 });
});

test('gives private data to their owner only', async () => {
  answerWith('private, max-age=60');
  const [ada, bob] = [await tokenOf('ada'), await tokenOf('bob')];
  for (const client of [ada, bob, ada, bob]) await send(url, '{ word }', client);
  assert.deepEqual(takeCalls(), { things: 0, names: 2 });
});

test('checks authorization before it looks into the cache', async () => {
  const ada = await tokenOf('ada');
  for (let sent = 0; sent < 2; sent++) assert.deepEqual((await send(url, '{ count }', ada)).data, { count: 1 });
  assert.deepEqual(takeCalls(), { things: 1, names: 0 });
  assert.deepEqual((await send(url, '{ count }')).data, { count: null });
});

test('invalidates by subgraph, type and entity, for those who have the key', async () => {
  await send(url, THING);
  for (const [kind, refetched] of [
    [{ kind: 'entity', subgraph: 'names', type: 'Thing', key: { id: '2' } }, 0],
    [{ kind: 'entity', subgraph: 'names', type: 'Thing', key: { id: '1' } }, 1],
    [{ kind: 'type', subgraph: 'names', type: 'Thing' }, 1],
    [{ kind: 'type', subgraph: 'names', type: 'Other' }, 0],
    [{ kind: 'subgraph', subgraph: 'names' }, 1],
  ] as const) {
    takeCalls();
    assert.deepEqual(await invalidate([kind]), { status: 202, body: { count: refetched } });
    await send(url, THING);
    assert.deepEqual(takeCalls(), { things: 0, names: refetched }, JSON.stringify(kind));
  }
  for (const wrong of ['', 'wrong', `${KEY} `.slice(1), `Bearer ${KEY}`])
    assert.equal((await invalidate([], wrong)).status, 401);
  for (const body of [{}, [{ kind: 'all' }], [{ kind: 'subgraph' }], 'x'])
    assert.equal((await invalidate(body)).status, 400);
  assert.equal((await fetch(new URL('/invalidation', url))).status, 405);
});

test('stores of each subgraph what the settings say, and keeps what is stored when they change', async () => {
  await send(url, '{ word }');
  takeCalls();
  await gateway.configure(
    settings(`invalidation: { path: /invalidation, shared_key: "${KEY}" }, subgraph: {
      all: { enabled: false, private_id: { header: x-user } },
      subgraphs: { names: { enabled: true, ttl: 1m, max_ttl: 2m } } }`),
  );
  const user = { 'x-user': 'ada' };
  await until(
    async () => {
      await send(url, THING);
      await send(url, THING);
      return takeCalls().things;
    },
    (calls) => calls === 2,
  );
  await send(url, '{ word }');
  assert.deepEqual(takeCalls(), { things: 0, names: 0 }, 'of before the change');

  await invalidate([{ kind: 'subgraph', subgraph: 'names' }]);
  answerWith(undefined);
  await send(url, '{ word }');
  assert.match((await send(url, '{ word }')).headers.get('cache-control') ?? '', /^max-age=(60|5\d)$/);
  assert.deepEqual(takeCalls(), { things: 0, names: 1 }, 'for the default lifetime');

  await invalidate([{ kind: 'subgraph', subgraph: 'names' }]);
  answerWith('private, max-age=600');
  for (let sent = 0; sent < 2; sent++) await send(url, '{ word }', user);
  const { headers } = await send(url, '{ word }', user);
  assert.match(headers.get('cache-control') ?? '', /^private, max-age=1[12]\d$/);
  assert.deepEqual(takeCalls(), { things: 0, names: 1 }, 'for its owner, and no longer than max_ttl');

  await gateway.configure({ ...settings('max_size: 1b, subgraph: { all: { ttl: 1m } }'), isCountGuarded: true });
  await until(
    async () => {
      await send(url, '{ word }');
      await send(url, '{ word }');
      return takeCalls().names;
    },
    (calls) => calls === 2,
  );
});

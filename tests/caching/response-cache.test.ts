import assert from 'node:assert/strict';
import { test } from 'node:test';
import { send } from '../harness/things.ts';
import { until } from '../harness/waiting.ts';
import {
  answerWith,
  gateway,
  INVALIDATION,
  invalidate,
  metrics,
  settings,
  THING,
  takeCalls,
  tokenOf,
  url,
} from './gateway.ts';
import './killed-subgraph.ts';
import './limited-hits.ts';

const KEY = 'the shared key of this test';

test('answers from what it has stored, until a mutation returns the entity', async () => {
  for (let sent = 0; sent < 3; sent++) {
    const { data, headers } = await send(url, THING);
    assert.deepEqual(data, { thing: { name: 'name of 1' } });
    assert.equal(headers.get('cache-control'), 'max-age=60');
    assert.match(headers.get('age') ?? 'none', sent === 0 ? /^none$/ : /^\d$/);
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
  const text = await metrics();
  for (const series of [
    'lookups_total{subgraph="names",type="Thing",result="hit"',
    'lookups_total{subgraph="things",type="Query",result="miss"',
    'fetches_total{subgraph="names",type="Thing",result="hit"',
    'size{subgraph="names",type="Thing"',
    'bytes{subgraph="things",type="Query"',
    'evictions_total{subgraph="names",type="Thing"',
  ])
    assert.ok(text.includes(`lockstep_response_cache_${series}} `), series);
});

test('an operation with a name and one without share what is stored, however they are written', async () => {
  const written = ['{ thing { name } }', 'query A { thing { name } }', 'query B {\n  thing { name }\n}'];
  for (const first of written) {
    await invalidate([{ kind: 'subgraph', subgraph: 'names' }]);
    await invalidate([{ kind: 'subgraph', subgraph: 'things' }]);
    const calls = [];
    for (const text of [first, ...written]) {
      assert.deepEqual((await send(url, text)).errors, undefined);
      calls.push(takeCalls());
    }
    const none = { things: 0, names: 0 };
    assert.deepEqual(calls, [{ things: 1, names: 1 }, none, none, none], first);
  }
});

test('a mutation that returns an entity without its key drops all of its type', async () => {
  await send(url, THING);
  const { reply } = gateway;
  gateway.reply = () => ({ body: { data: { rename: { __typename: 'Thing' } } } });
  await send(url, 'mutation { rename { __typename } }');
  gateway.reply = reply;
  takeCalls();
  await send(url, THING);
  assert.deepEqual(takeCalls(), { things: 1, names: 1 });
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

test('tells clients how long they may store an answer, and what of it came from the cache', async () => {
  const seen = async (query: string, headers?: Record<string, string>) => {
    const answer = await send(url, query, headers);
    const [control, status] = ['cache-control', 'cache-status'].map((name) => answer.headers.get(name));
    const left = Number(control?.match(/max-age=(\d+)/)?.[1]) - Number(answer.headers.get('age'));
    return [control?.replace(/max-age=\d+/, `${left} s`), status].map((text) => text?.replaceAll(/\b5\d\b/g, '5…'));
  };
  gateway.reply = (subgraph) => ({
    headers: { 'cache-control': `max-age=${subgraph === 'things' ? 60 : 600}`, age: '4' },
  });
  assert.deepEqual(await seen(THING), ['5… s', '"lockstep/things"; fwd=miss, "lockstep/names"; fwd=miss']);
  const hits = '"lockstep/things"; hit; ttl=5…, "lockstep/names"; hit; ttl=595';
  assert.deepEqual(await seen(THING), ['5… s', hits]);
  gateway.reply = (subgraph) => ({
    headers: { 'cache-control': 'max-age=60' },
    ...(subgraph === 'things' && { body: { data: { rename: { __typename: 'Thing', id: '1' } } } }),
  });
  assert.deepEqual(await seen('mutation { rename { name } }'), ['no-store', '"lockstep/names"; fwd=method']);
  answerWith('private, max-age=600');
  const [control, status] = await seen('{ word thing { id } }', await tokenOf('ada'));
  assert.equal(control, 'private, 600 s');
  // in the order in which the two were answered
  assert.deepEqual(status?.split(', ').toSorted(), ['"lockstep/names"; fwd=miss', '"lockstep/things"; fwd=miss']);
  gateway.reply = () => ({ body: { errors: [{ message: 'no' }] } });
  assert.deepEqual(await seen('{ count }', await tokenOf('ada')), ['no-store', '"lockstep/things"; fwd=miss']);
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
  for (const body of [{}, [{ kind: 'all' }], [{ kind: 'subgraph' }], [{ kind: 'cache_tag', cache_tag: 'a' }], 'x'])
    assert.equal((await invalidate(body)).status, 400);
  const untyped = { method: 'POST', headers: { authorization: KEY }, body: '[]' };
  assert.match(await (await fetch(new URL('/invalidation', url), untyped)).text(), /has to be application\/json/);
  assert.equal((await fetch(new URL('/invalidation', url))).status, 405);
});

test('invalidates by the tags of schemas and of answers', async () => {
  const drop = async (subgraphs: string[], cache_tag: string) => {
    const { body } = await invalidate([{ kind: 'cache_tag', subgraphs, cache_tag }]);
    return Object(body).count;
  };
  const fetched = async (query: string) => {
    assert.deepEqual((await send(url, query)).errors, undefined);
    return takeCalls();
  };
  await fetched(THING);
  await fetched('{ word }');
  for (const [subgraphs, tag, count] of [
    [['things', 'names'], 'name-2', 0],
    [['things'], 'name-1', 0],
    [[], 'name-1', 0],
    [['things', 'names'], 'name-1', 1],
    [['names'], 'words', 1],
  ] as const)
    assert.equal(await drop([...subgraphs], tag), count, `${subgraphs} ${tag}`);
  assert.deepEqual(await fetched(THING), { things: 0, names: 1 });
  assert.deepEqual(await fetched('{ word }'), { things: 0, names: 1 });

  await invalidate([{ kind: 'subgraph', subgraph: 'names' }]);
  await invalidate([{ kind: 'subgraph', subgraph: 'things' }]);
  const thing = { __typename: 'Thing', id: '1' };
  gateway.reply = (subgraph) => ({
    headers: { 'cache-control': 'max-age=60' },
    body:
      subgraph === 'things'
        ? { data: { thing }, extensions: { apolloCacheTags: ['front'] } }
        : { data: { _entities: [{ name: 'a' }] }, extensions: { apolloEntityCacheTags: [['front', 'first'], 'x'] } },
  });
  await fetched(THING);
  assert.equal(await drop(['names'], 'first'), 1);
  assert.deepEqual(await fetched(THING), { things: 0, names: 1 });
  assert.equal(await drop(['names', 'things'], 'front'), 2);
  assert.deepEqual(await fetched(THING), { things: 1, names: 1 });
});

test('stores of each subgraph what the settings say, and keeps what is stored when they change', async () => {
  await send(url, '{ word }');
  takeCalls();
  await gateway.configure(
    settings(`debug: false, ${INVALIDATION}, subgraph: {
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
  assert.equal((await send(url, '{ word }')).headers.get('cache-status'), null);
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

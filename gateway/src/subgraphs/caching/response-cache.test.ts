import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { RequestBytes } from '@lockstep/runtime/http/bytes-in-flight.ts';
import { Deadline } from '@lockstep/runtime/http/deadline.ts';
import { AnswerHeaders, ResponseHeaderRules } from '../headers/response-header-rules.ts';
import { CachedSubgraph, namesIn } from './testing/cached-subgraph.ts';

const range = (first: number, last: number) => Array.from({ length: last - first + 1 }, (_, index) => first + index);
const PASS_ON = new ResponseHeaderRules([{ propagate: { named: 'cache-control' } }]);
const named = (ids: readonly number[]) => ids.map((id) => `book ${id}`);

test('fetches 5 of 20 entities of which 15 are stored, and keeps them in order', async () => {
  const books = new CachedSubgraph();
  await books.entities(range(6, 20));
  books.takeIds();
  const answer = await books.entities(range(1, 20));
  assert.deepEqual(namesIn(answer), named(range(1, 20)));
  assert.deepEqual(books.takeIds(), ['1,2,3,4,5']);
  assert.equal(answer.head, undefined);
  assert.deepEqual(namesIn(await books.entities(range(1, 20).reverse())), named(range(1, 20)).reverse());
  assert.deepEqual(books.takeIds(), []);
  assert.deepEqual(
    [...books.counts.lookups.all()],
    [
      ['Book', 'miss', 20],
      ['Book', 'hit', 35],
    ],
  );
});

test('stores what a caller changes as it came', async () => {
  const books = new CachedSubgraph();
  for (let sent = 0; sent < 3; sent++) {
    const answer = await books.entities([1]);
    assert.deepEqual(answer, { data: { _entities: [{ name: 'book 1' }] } });
    Object.assign(Object(answer.data?._entities)[0], { name: 'changed' });
  }
  books.reply = () => ({ data: { count: 1 } });
  for (let sent = 0; sent < 3; sent++) {
    const answer = await books.root('{count}');
    assert.deepEqual(answer, { data: { count: 1 } });
    Object.assign(Object(answer.data), { count: 2 });
  }
  assert.equal(books.calls.length, 2);
});

test('fetches again what has outlived its lifetime, counted from the beginning of its call', async () => {
  const books = new CachedSubgraph();
  books.reply = ({ ids }) => {
    books.nowMs += 10_000; // it takes so long
    return { data: { _entities: ids.map((id) => ({ name: `book ${id}` })) } };
  };
  await books.entities([1]);
  books.nowMs = 59_999;
  await books.entities([1]);
  assert.equal(books.calls.length, 1);
  books.nowMs = 60_000;
  await books.entities([1]);
  assert.equal(books.calls.length, 2);
});

test('stores nothing of an answer with an error, nor entities that are not there', async () => {
  const books = new CachedSubgraph();
  const error = { message: 'no', path: ['_entities', 1] };
  books.reply = () => ({ data: { _entities: [{ name: 'book 1' }, null] }, errors: [error] });
  await books.entities([1, 2]);
  books.reply = ({ ids }) => ({ data: { _entities: ids.map(() => null) } });
  await books.entities([1, 2]);
  await books.entities([1, 2]);
  assert.deepEqual(books.takeIds(), ['1,2', '1,2', '1,2']);
});

test('stores no root field that is null, because what it asks for may exist at the next moment', async () => {
  const books = new CachedSubgraph();
  books.reply = () => ({ data: { count: 1, me: null } });
  for (let sent = 0; sent < 2; sent++) assert.equal((await books.root('{count me{name}}')).data?.me, null);
  assert.equal(books.calls.length, 2);
});

test('keeps errors at the entities that they are about, and stored entities beside them', async () => {
  const books = new CachedSubgraph();
  await books.entities([1, 3]);
  books.reply = () => ({
    data: { _entities: [null, { name: 'book 4' }] },
    errors: [
      { message: 'no', path: ['_entities', 0, 'name'] },
      { message: 'neither', path: ['_entities', 7] },
    ],
  });
  const answer = await books.entities([1, 2, 3, 4]);
  assert.deepEqual(namesIn(answer), ['book 1', undefined, 'book 3', 'book 4']);
  assert.deepEqual(answer.errors, [{ message: 'no', path: ['_entities', 1, 'name'] }, { message: 'neither' }]);
});

for (const data of [null, { _entities: [] }, { _entities: [{ name: 'a' }, { name: 'b' }, { name: 'c' }] }]) {
  test(`gives no entity another's place if the answer is unusable: ${JSON.stringify(data)}`, async () => {
    const books = new CachedSubgraph();
    await books.entities([1]);
    books.reply = () => ({ data, errors: [{ message: 'no', path: ['_entities', 0] }] });
    assert.deepEqual(await books.entities([1, 2, 3]), { data: null, errors: [{ message: 'no' }] });
  });
}

test('private data are stored for their owner only, and not at all without one', async () => {
  const books = new CachedSubgraph({ privateId: { claim: 'sub' } });
  books.cacheControl = 'private, max-age=60';
  books.reply = ({ context }) => ({ data: { me: { name: context.operation?.claims?.sub ?? 'nobody' } } });
  const nameFor = async (claims?: Record<string, unknown>) =>
    (await books.root('{me{name}}', { ...(claims && { claims }) })).data;
  for (const sub of ['ada', 'bob', 'ada', 'bob', 7, '7'])
    assert.deepEqual(await nameFor({ sub }), { me: { name: sub } });
  assert.equal(books.calls.length, 4);
  for (const claims of [undefined, {}, { sub: '' }, { sub: { a: 1 } }]) {
    await nameFor(claims);
    await nameFor(claims);
  }
  assert.equal(books.calls.length, 12);
});

test('data that become private are no longer given to others', async () => {
  const books = new CachedSubgraph({ privateId: { claim: 'sub' } });
  await books.entities([1], { claims: { sub: 'ada' } });
  books.nowMs = 60_000;
  books.cacheControl = 'private, max-age=60';
  await books.entities([1], { claims: { sub: 'ada' } });
  await books.entities([1], { claims: { sub: 'bob' } });
  assert.equal(books.calls.length, 3);
});

test('one fetch serves all that miss an entity at the same time', async () => {
  const books = new CachedSubgraph();
  const { promise: mayAnswer, resolve: release } = Promise.withResolvers<void>();
  const { reply } = books;
  books.reply = async (call) => {
    await mayAnswer;
    return reply(call);
  };
  const answers = [[1, 2], [2, 3], [1, 2, 3], [3, 4], [1]].map((ids) => books.entities(ids));
  await turn();
  release();
  assert.deepEqual((await Promise.all(answers)).map(namesIn), [[1, 2], [2, 3], [1, 2, 3], [3, 4], [1]].map(named));
  assert.deepEqual(books.takeIds(), ['1,2', '3', '4']);
});

test('a request asks itself if the fetch that it waited for fails, or brings what is for another', async () => {
  const books = new CachedSubgraph();
  const first = Promise.withResolvers<void>();
  let hasFailed = false;
  const { reply } = books;
  books.reply = async (call) => {
    if (call !== books.calls[0] || hasFailed) return reply(call);
    hasFailed = true;
    await first.promise;
    throw new Error('the first client left');
  };
  const [failing, other] = [books.entities([1]), books.entities([1])];
  first.resolve();
  await assert.rejects(failing, /left/);
  assert.deepEqual(namesIn(await other), ['book 1']);

  books.cacheControl = 'no-store';
  await Promise.all([books.entities([2]), books.entities([2])]);
  books.takeIds();
  await Promise.all([books.entities([2]), books.entities([2])]);
  assert.deepEqual(books.takeIds(), ['2', '2'], 'nobody waits any more for what can not be stored');
});

test('a request does not wait longer for the fetch of another than it may', async () => {
  const books = new CachedSubgraph();
  const { reply } = books;
  books.reply = (call) => (books.calls.length === 1 ? new Promise(() => {}) : reply(call));
  void books.entities([1]);
  const context = { deadline: new Deadline(20) };
  assert.deepEqual(namesIn(await books.entities([1], { context })), ['book 1']);
  const leaving = new AbortController();
  const left = books.entities([1], { context: { signal: leaving.signal } });
  leaving.abort();
  assert.deepEqual(namesIn(await left), ['book 1']);
});

test('answers with what is stale while one call fetches it anew, for whoever comes next', async () => {
  const books = new CachedSubgraph({}, { keepsHeads: true });
  books.cacheControl = 'max-age=60, stale-while-revalidate=30';
  await books.entities([1, 2]);
  books.nowMs = 60_000;
  const mayAnswer = Promise.withResolvers<void>();
  books.reply = async ({ ids }) => {
    await mayAnswer.promise;
    return { data: { _entities: ids.map((id) => ({ name: `new ${id}` })) } };
  };
  const leaving = new AbortController();
  const context = { signal: leaving.signal };
  for (let sent = 0; sent < 3; sent++) {
    const answer = await books.entities([1, 2], { context });
    assert.deepEqual([namesIn(answer), answer.head?.headers['cache-control']], [named([1, 2]), 'max-age=0']);
  }
  leaving.abort();
  mayAnswer.resolve();
  await turn();
  assert.deepEqual(namesIn(await books.entities([1, 2])), ['new 1', 'new 2']);
  assert.deepEqual(books.takeIds(), ['1,2', '1,2']);
  books.nowMs = 150_000;
  books.reply = () => Promise.reject(new Error('it is down'));
  await assert.rejects(books.entities([1]), /down/, 'later than that it waits');
});

test('a refresh that fails harms nobody, and is tried again', async () => {
  const books = new CachedSubgraph();
  books.cacheControl = 'max-age=60, stale-while-revalidate=30';
  await books.root('{count}');
  books.nowMs = 60_000;
  books.reply = () => Promise.reject(new Error('it is down'));
  for (let sent = 0; sent < 3; sent++) {
    await books.root('{count}');
    await turn();
  }
  assert.equal(books.calls.length, 4);
});

for (const [failure, reply] of [
  ['fails', () => Promise.reject(new Error('it is down'))],
  ['answers 503', () => ({ head: { status: 503, headers: {} }, data: null, errors: [{ message: 'it is down' }] })],
] as const) {
  test(`answers with what is stale if the subgraph ${failure}, for as long as it allows`, async () => {
    const books = new CachedSubgraph({}, { keepsHeads: true });
    books.cacheControl = 'max-age=60, stale-if-error=30';
    await books.entities([1, 2]);
    books.reply = reply;
    books.nowMs = 89_999;
    const answer = await books.entities([2, 1]);
    assert.deepEqual([namesIn(answer), answer.head?.headers['cache-control']], [named([2, 1]), 'max-age=0']);
    assert.deepEqual([...books.counts.lookups.all()].at(-1), ['Book', 'stale', 2]);
    const isServed = async (ids: number[], context = {}) => namesIn(await books.entities(ids, { context })).length > 0;
    assert.equal(await isServed([1, 3]).catch(() => false), false, 'of one nothing is stored');
    assert.equal(await isServed([1], { signal: AbortSignal.abort() }).catch(() => false), failure !== 'fails');
    assert.equal(
      await books.entities([1], { isMutation: true }).then(
        ({ data }) => data !== null,
        () => false,
      ),
      false,
    );
    books.nowMs = 90_000;
    assert.equal(await isServed([1]).catch(() => false), false, 'it is too old');
  });
}

test('what is fetched for a mutation does not come from the store, and replaces what is there', async () => {
  const books = new CachedSubgraph();
  await books.entities([1, 2]);
  books.reply = ({ ids }) => ({ data: { _entities: ids.map((id) => ({ name: `new ${id}` })) } });
  assert.deepEqual(namesIn(await books.entities([1], { isMutation: true })), ['new 1']);
  assert.deepEqual(namesIn(await books.entities([1, 2])), ['new 1', 'book 2']);
  books.cacheControl = 'no-store';
  await books.entities([2], { isMutation: true });
  assert.deepEqual(namesIn(await books.entities([2])), ['new 2'], 'it may no longer be stored');
});

test('what is fetched for a mutation does not wait for what a query is fetching', async () => {
  const books = new CachedSubgraph();
  const { promise: mayAnswer, resolve: release } = Promise.withResolvers<void>();
  const { reply } = books;
  books.reply = async (call) => {
    if (books.calls.length === 1) await mayAnswer;
    return reply(call);
  };
  const query = books.entities([1]);
  assert.deepEqual(namesIn(await books.entities([1], { isMutation: true })), ['book 1']);
  release();
  await query;
  assert.deepEqual(books.takeIds(), ['1', '1']);
});

const RENAME = 'mutation($id:ID){rename(id:$id){name}}';

for (const [name, mutation, variables, data, left] of [
  [
    'an entity that it returns',
    'mutation{renameAny{__typename id name}}',
    {},
    { renameAny: { id: '1' } },
    ['2', 'count'],
  ],
  ['an entity that a variable names', 'mutation($id:ID){close(id:$id)}', { id: 1 }, { close: true }, ['2']],
  ['an entity that its text names', 'mutation{close(id:"1")}', {}, { close: true }, ['2']],
  ['every entity of a type of which it returns no key', RENAME, { id: '1' }, { rename: { name: 'a' } }, []],
  ['every entity of a type that a lost answer may have', 'mutation{renameAny{id name}}', {}, undefined, []],
] as const) {
  test(`a mutation drops ${name}, and the answers of its subgraph that hold objects`, async () => {
    const books = new CachedSubgraph();
    const { reply } = books;
    const query = '{books{name}}';
    books.reply = (call) => (call.ids.length > 0 ? reply(call) : { data: { books: [{ name: 'book 1' }] } });
    await books.entities([1, 2]);
    await books.entities([2], {}, 'name author{id name}');
    await books.root(query);
    books.takeIds();
    books.reply = () => {
      if (!data) throw new Error('the connection broke');
      return { data: { ...data } };
    };
    await books.root(mutation, {}, { ...variables }).catch(() => {});
    books.takeIds();
    books.reply = (call) => (call.ids.length > 0 ? reply(call) : { data: { books: [{ name: 'book 1' }] } });
    await books.entities([1, 2]);
    assert.deepEqual(books.takeIds(), [left.some((one) => one === '2') ? '1' : '1,2']);
    await books.entities([2], {}, 'name author{id name}');
    await books.root(query);
    assert.deepEqual(books.takeIds(), ['2', '']);
  });
}

test('a mutation drops every entity of a type if it does not return all of its keys', async () => {
  for (const [keys, selection, left] of [
    [['id', 'isbn'], 'isbn name', ''],
    [['id', 'isbn'], 'id name', ''],
    [['id', 'isbn'], 'id isbn', '2'],
    [['id author { id }'], 'id author{name}', ''],
    [['id author { id }'], 'id author{name id}', '2'],
  ] as const) {
    const books = new CachedSubgraph({}, { keys });
    const { reply } = books;
    await books.entities([1, 2]);
    books.reply = () => ({ data: { renameAny: { id: '1', isbn: '0-306' } } });
    await books.root(`mutation{renameAny{${selection}}}`);
    books.reply = reply;
    books.takeIds();
    await books.entities([1, 2]);
    assert.deepEqual(books.takeIds(), [left === '2' ? '1' : '1,2'], selection);
  }
});

test('a mutation drops an entity that an enum value in its text names', async () => {
  const books = new CachedSubgraph();
  const { reply } = books;
  await books.entities(['RED', 'BLUE']);
  books.reply = () => ({ data: { close: true } });
  await books.root('mutation{close(id:RED)}');
  books.reply = reply;
  books.takeIds();
  await books.entities(['RED', 'BLUE']);
  assert.deepEqual(books.takeIds(), ['RED']);
});

test('what was fetched before a mutation ended is not stored, and not joined after it', async () => {
  const books = new CachedSubgraph();
  const { reply } = books;
  const old = Promise.withResolvers<void>();
  books.reply = async (call) => {
    if (call.request.constants.kind === 'mutation') return { data: { close: true } };
    if (books.calls.length > 1) return { data: { _entities: call.ids.map((id) => ({ name: `new ${id}` })) } };
    await old.promise;
    return reply(call);
  };
  const before = books.entities([1]);
  await books.root('mutation{close(id:"1")}');
  const after = books.entities([1]);
  old.resolve();
  assert.deepEqual([namesIn(await before), namesIn(await after)], [['book 1'], ['new 1']]);
  assert.deepEqual(namesIn(await books.entities([1])), ['new 1']);
});

test('answers have the strictest cache-control of their parts, and the age of the oldest', async () => {
  const books = new CachedSubgraph({}, { keepsHeads: true });
  const cacheControlOf = async (...ids: number[]) => {
    const { 'cache-control': control, age } = (await books.entities(ids)).head?.headers ?? {};
    return [control, age];
  };
  assert.deepEqual(await cacheControlOf(1), ['max-age=60', undefined]);
  books.nowMs = 10_500;
  assert.deepEqual(await cacheControlOf(1), ['max-age=60', '11']);
  books.cacheControl = 'max-age=20';
  assert.deepEqual(await cacheControlOf(1, 2), ['max-age=31', '11']);
  books.nowMs = 50_500;
  assert.deepEqual(await cacheControlOf(1, 3), ['max-age=60', '51']);
  books.cacheControl = 'no-store';
  assert.deepEqual(await cacheControlOf(1, 4), ['no-store', '0']);
});

for (const [headers, hit] of [
  [{ 'cache-control': 'max-age=60, must-revalidate' }, 'must-revalidate, max-age=60; age 10'],
  [{ 'cache-control': 'public, max-age=60, no-transform' }, 'public, no-transform, max-age=60; age 10'],
  [{ 'cache-control': 'max-age=15, s-maxage=60' }, 'max-age=15, s-maxage=60; age 10'],
  [{ 'cache-control': 'max-age=600, s-maxage=60' }, 'max-age=60, s-maxage=60; age 10'],
  [{ 'cache-control': 's-maxage=60' }, 'max-age=0, s-maxage=60; age 10'],
  [{ 'cache-control': 'private, max-age=60, s-maxage=5' }, 'private, max-age=60; age 10'],
  [{ 'cache-control': 'private, must-revalidate' }, 'private, must-revalidate, max-age=60; age 10'],
  [{}, 'max-age=60; age 10'],
  [{ 'cache-control': 'max-age=60', vary: 'x-tenant' }, 'no-store; age undefined'],
  [{ 'cache-control': 'max-age=60', vary: 'accept-encoding' }, 'max-age=60; age 10'],
  [{ 'cache-control': 'max-age=60', age: '20, 3' }, 'max-age=60; age 30'],
  [{ 'cache-control': 'max-age=60', age: '-20' }, 'max-age=60; age 10'],
  [{ 'cache-control': 'max-age=6000' }, 'max-age=600; age 10'],
] satisfies [Record<string, string>, string][]) {
  test(`clients are told the same by an answer and by what is stored of it: ${JSON.stringify(headers)}`, async () => {
    const books = new CachedSubgraph(
      { privateId: { claim: 'sub' }, ttlMs: 60_000, maxTtlMs: 600_000 },
      { keepsHeads: true },
    );
    const { reply } = books;
    books.reply = async (call) => ({ ...(await reply(call)), head: { status: 200, headers } });
    const ask = async () => {
      const { head } = await books.entities([1], { claims: { sub: 'a' } });
      const client = new AnswerHeaders([], true);
      client.add(PASS_ON, head?.headers ?? {});
      const told = new Map(client.entries({ isUncacheable: false, isPersonal: false }));
      return `${told.get('cache-control')}; age ${told.get('age')}`;
    };
    assert.equal(await ask(), await ask());
    books.nowMs = 10_000;
    assert.equal(await ask(), hit);
    assert.equal(books.calls.length, 1);
  });
}

test('stored answers count like those that subgraphs send', async () => {
  const books = new CachedSubgraph();
  await books.entities([1, 2]);
  const bytes = new RequestBytes();
  await books.entities([1, 2], { context: { bytes } });
  assert.equal(bytes.replies, 2 * '{"name":"book 1"}'.length);
  bytes.release();
});

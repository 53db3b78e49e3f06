import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ExpectedError, subgraphUnavailable } from '@lockstep/runtime/graphql/errors.ts';
import type { OperationResult } from './operation-result.ts';
import { Federation, type Tamper } from './testing/federation.ts';

// Longer than usual because one table of faults is easier to read than several.
const data = {
  User: [
    { __typename: 'User', id: '1', name: 'Ann', age: 40, kind: 'HUMAN' },
    { __typename: 'User', id: '2', name: 'Bob', age: 50, kind: 'ROBOT' },
  ],
};

/** Orders whose users come from a second subgraph, and the ages of these from a third. */
function shop(tamper: Tamper): Federation {
  const federation = new Federation({
    subgraphs: {
      orders: `
        type Query { orders: [Order] first: Order strict: [Order!]! tags: [[String!]] thing: Thing any: Any }
        type Order @key(fields: "id") { id: ID! user: User must: User! }
        type User @key(fields: "id") { id: ID! }
        interface Thing { id: ID }
        type Stone implements Thing { id: ID }
        scalar Any`,
      users: `
        type Query { now: Int! }
        enum Kind { HUMAN ROBOT SPY @inaccessible }
        type User @key(fields: "id") { id: ID! name: String! nick: String kind: Kind }`,
      ages: 'type User @key(fields: "id") { id: ID! name: String! @external age: Int old: Boolean @requires(fields: "name") }',
    },
    data,
    resolvers: {
      Query: {
        orders: () => ['1', '2', '1'].map((id, index) => ({ id: `o${index}`, user: { id }, must: { id } })),
        strict: () => ['1', '2'].map((id, index) => ({ id: `o${index}`, user: { id }, must: { id } })),
        first: () => ({ id: 'o0', user: { id: '1' } }),
        tags: () => [['a', 'b'], null],
        thing: () => ({ __typename: 'Stone', id: 's' }),
        any: () => ({ free: ['form', null] }),
        now: () => 12,
      },
    },
  });
  federation.tamper = tamper;
  return federation;
}

const placesOf = ({ errors }: OperationResult) => (errors ?? []).map(({ path }) => path?.join('.')).sort();
const codesOf = ({ errors }: OperationResult) => [...new Set((errors ?? []).map(({ extensions }) => extensions.code))];

/** Returns a tamper that edits the JSON of one subgraph's answers. */
const from =
  (subgraph: string, change: (answer: string) => unknown): Tamper =>
  (answer, call) =>
    call.subgraph === subgraph ? JSON.parse(String(change(JSON.stringify(answer)))) : answer;

const down =
  (subgraph: string, error: Error): Tamper =>
  (answer, call) => {
    if (call.subgraph === subgraph) throw error;
    return answer;
  };

describe('a failed call', () => {
  test('makes its fields null, with an error at each place that waited', async () => {
    const result = await shop(down('users', subgraphUnavailable('users'))).execute(
      '{ orders { id user { name age } } now }',
    );
    assert.deepEqual(placesOf(result), ['now', 'orders.0.user', 'orders.1.user', 'orders.2.user']);
    assert.deepEqual(codesOf(result), ['SUBGRAPH_UNAVAILABLE']);
    assert.equal(result.data, null);
  });

  test('keeps the data of other subgraphs', async () => {
    const result = await shop(down('ages', new ExpectedError('DEADLINE_EXCEEDED', 'late'))).execute(
      '{ orders { user { name age old } } }',
    );
    assert.deepEqual(placesOf(result), ['orders.0.user', 'orders.1.user', 'orders.2.user']);
    const user = (name: string) => ({ user: { name, age: null, old: null } });
    assert.deepEqual(result.data, { orders: [user('Ann'), user('Bob'), user('Ann')] });
  });

  test('skips the fetches that require its data, without more errors', async () => {
    const federation = shop(down('users', subgraphUnavailable('users')));
    const result = await federation.execute('{ orders { user { age old } } }');
    assert.deepEqual(placesOf(result), ['orders.0.user', 'orders.1.user', 'orders.2.user']);
    assert.deepEqual(result.data, { orders: [40, 50, 40].map((age) => ({ user: { age, old: null } })) });
  });

  test('is an internal error if its reason is unexpected', async () => {
    const result = await shop(down('orders', new TypeError('oops'))).execute('{ orders { id } mine: any }');
    assert.deepEqual(placesOf(result), ['mine', 'orders']);
    assert.deepEqual(codesOf(result), ['INTERNAL_SERVER_ERROR']);
    assert.deepEqual(result.data, { orders: null, mine: null });
  });
});

describe('an error of a subgraph', () => {
  const failing =
    (errors: unknown[]): Tamper =>
    (answer, call) =>
      call.subgraph === 'users'
        ? JSON.parse(JSON.stringify({ data: { _entities: [null, { called: 'Bob' }] }, errors }))
        : answer;

  test('about an entity is at every path that waited for it, under the client’s names', async () => {
    const error = { message: 'no', path: ['_entities', 0, 'called'], extensions: { code: 'FORBIDDEN' } };
    const result = await shop(failing([error])).execute('{ list: orders { user { called: name } } }');
    assert.deepEqual(placesOf(result), ['list.0.user.called', 'list.2.user.called']);
    assert.deepEqual(codesOf(result), ['FORBIDDEN']);
    assert.deepEqual(result.data, { list: [{ user: null }, { user: { called: 'Bob' } }, { user: null }] });
  });

  test('explains the null that it causes', async () => {
    const error = { message: 'no', path: ['_entities', 0, 'called'] };
    const result = await shop(failing([error])).execute('{ orders { must { called: name } } }');
    assert.deepEqual(placesOf(result), ['orders.0.must.called', 'orders.2.must.called']);
    assert.deepEqual(result.data, { orders: [null, { must: { called: 'Bob' } }, null] });
  });

  test('below a null explains the null', async () => {
    const answer = '{"data":{"orders":[{"must":null}]},"errors":[{"message":"no","path":["orders",0,"must","id"]}]}';
    const result = await shop(from('orders', () => answer)).execute('{ orders { must { id } } }');
    assert.deepEqual(placesOf(result), ['orders.0.must.id']);
    assert.deepEqual(result.data, { orders: [null] });
  });

  test('without a path is reported once, at the nearest path it can belong to', async () => {
    const answers = [
      '{"errors":[{"message":"bad"},{"message":"worse"}]}',
      '{"data":{"_entities":[]},"errors":[{"message":"bad"}]}',
    ];
    for (const answer of answers) {
      const ofAll = await shop(from('users', () => answer)).execute('{ orders { user { nick } } }');
      assert.deepEqual(placesOf(ofAll), answer.includes('worse') ? ['orders', 'orders'] : ['orders']);
      assert.deepEqual(ofAll.data, { orders: [0, 1, 2].map(() => ({ user: { nick: null } })) });
      const ofOne = await shop(from('users', () => answer)).execute('{ first { user { nick } } }');
      assert.deepEqual(placesOf(ofOne).at(0), 'first.user');
    }
    const beside = await shop(failing([{ message: 'no' }])).execute('{ orders { user { nick id } } }');
    assert.equal(placesOf(beside).at(0), 'orders');
  });

  test('of root fields without a path is reported once, at the field if there is one only', async () => {
    for (const data of ['', '"data":{"any":7,"tags":null},']) {
      const tamper = from('orders', () => `{${data}"errors":[{"message":"bad"},{"message":"worse"}]}`);
      assert.deepEqual(placesOf(await shop(tamper).execute('{ any }')), ['any', 'any']);
      assert.deepEqual(placesOf(await shop(tamper).execute('{ any tags }')), [undefined, undefined]);
    }
  });

  const failingBoth = (errors: unknown[]) =>
    from('users', () => JSON.stringify({ data: { _entities: [{ nick: null }, { nick: 'Bo' }] }, errors }));

  test('with a path that leads nowhere is reported once, at the nearest path it can belong to', async () => {
    for (const path of [
      ['_entities', 7, 'nick'],
      ['_entities', -1],
      ['_entities', '0'],
      ['nick'],
      [{}, null],
      'nick',
      7,
    ]) {
      const result = await shop(failingBoth([{ message: 'no', path }])).execute('{ orders { user { nick id } } }');
      assert.deepEqual(placesOf(result), ['orders'], JSON.stringify(path));
    }
    const below = ['_entities', 0, 'nick', 5, 'age'];
    const result = await shop(failingBoth([{ message: 'no', path: below }])).execute('{ orders { user { nick id } } }');
    assert.deepEqual(placesOf(result), ['orders.0.user.nick.5', 'orders.2.user.nick.5']);
  });

  test('beside others about the same value is reported at its first place only', async () => {
    const errors = ['no', 'never', 'not now'].map((message) => ({ message, path: ['_entities', 0, 'nick'] }));
    const result = await shop(failingBoth(errors)).execute('{ orders { user { nick id } } }');
    assert.deepEqual(
      result.errors?.map(({ message, path }) => `${message} ${path?.join('.')}`),
      ['no orders.0.user.nick', 'no orders.2.user.nick', 'never orders.0.user.nick', 'not now orders.0.user.nick'],
    );
  });

  test('about one of too few or too many entities doesn’t explain the others, nor the rest of that one', async () => {
    for (const entities of [[], [{ nick: null }], [{ nick: null }, null, null]]) {
      const answer = (path: unknown[]) =>
        JSON.stringify({ data: { _entities: entities }, errors: [{ message: 'no', path: ['_entities', 0, ...path] }] });
      const query = '{ orders { user { nick kind } } }';
      const ofField = await shop(from('users', () => answer(['nick']))).execute(query);
      const everywhere = ['orders.0.user', 'orders.1.user', 'orders.2.user'];
      assert.deepEqual(placesOf(ofField), [...everywhere, 'orders.0.user.nick', 'orders.2.user.nick'].sort());
      const ofEntity = await shop(from('users', () => answer([]))).execute(query);
      assert.deepEqual(placesOf(ofEntity), everywhere);
    }
  });

  test('about a field that only the plan selects doesn’t show its name', async () => {
    const error = '{"data":{"_entities":[null,null]},"errors":[{"message":"no","path":["_entities",0,"name"]}]}';
    const result = await shop(from('users', () => error)).execute('{ orders { user { old } } }');
    assert.deepEqual(placesOf(result), ['orders.0.user', 'orders.2.user']);
  });
});

describe('an entity that its subgraph doesn’t know', () => {
  const unknown = from('users', () => '{"data":{"_entities":[null,null]}}');

  test('has null for the fields of that subgraph', async () => {
    const result = await shop(unknown).execute('{ orders { user { nick age } } }');
    assert.equal(result.errors, undefined);
    assert.deepEqual(result.data, { orders: [40, 50, 40].map((age) => ({ user: { nick: null, age } })) });
  });

  test('is null itself if one of these is non-null', async () => {
    const result = await shop(unknown).execute('{ orders { id user { name age } } }');
    assert.equal(result.errors, undefined);
    assert.deepEqual(result.data, { orders: ['o0', 'o1', 'o2'].map((id) => ({ id, user: null })) });
  });

  test('is an error if it is non-null itself', async () => {
    const result = await shop(unknown).execute(
      '{ orders { id must { name } } strict { user { name } must { name } } }',
    );
    assert.deepEqual(result.data, null);
    const indices = ['0', '1', '2'];
    const places = [...indices.map((index) => `orders.${index}.must`), 'strict.0.must', 'strict.1.must'];
    assert.deepEqual(placesOf(result), places);
    assert.deepEqual(codesOf(result), ['INTERNAL_SERVER_ERROR']);
  });
});

describe('reports a value that the schema forbids at its path', () => {
  const cases: [name: string, subgraph: string, query: string, change: (text: string) => string, paths: string[]][] = [
    ['null for non-null', 'orders', '{ orders { id } }', (text) => text.replace('"o1"', 'null'), ['orders.1.id']],
    ['no value', 'orders', '{ orders { id } }', (text) => text.replace('"id":"o1"', ''), ['orders.1.id']],
    ['an object for a list', 'orders', '{ orders { id } }', (text) => text.replace(/\[.*\]/, '{"id":"x"}'), ['orders']],
    ['a scalar for an object', 'orders', '{ orders { id } }', (text) => text.replace('{"id":"o1"}', '7'), ['orders.1']],
    ['a list for an object', 'orders', '{ orders { id } }', (text) => text.replace('{"id":"o1"}', '[]'), ['orders.1']],
    [
      'an object for a scalar',
      'orders',
      '{ orders { id } }',
      (text) => text.replace('"o1"', '{"a":1}'),
      ['orders.1.id'],
    ],
    ['null in a list', 'orders', '{ tags }', (text) => text.replace('"a"', 'null'), ['tags.0.0']],
    ['a scalar for a list in a list', 'orders', '{ tags }', (text) => text.replace('["a","b"]', '"a"'), ['tags.0']],
    [
      'a wrong __typename',
      'orders',
      '{ orders { user { nick } } }',
      (text) => text.replace('"User"', '"Cat"'),
      ['orders.0.user'],
    ],
    ['an unknown __typename', 'orders', '{ thing { id } }', (text) => text.replace('Stone', 'Rock'), ['thing']],
    ['a __typename that is none', 'orders', '{ thing { id } }', (text) => text.replace('"Stone"', '7'), ['thing']],
    [
      'no __typename',
      'orders',
      '{ thing { id ... on Stone { id } __typename } }',
      (text) => text.replace('"__typename":"Stone",', ''),
      ['thing'],
    ],
    ['a type of another kind', 'orders', '{ thing { id } }', (text) => text.replace('Stone', 'Order'), ['thing']],
    ['a large Int', 'users', '{ now }', (text) => text.replace('12', '3000000000'), ['now']],
    [
      'an unknown enum value',
      'users',
      '{ orders { user { kind } } }',
      (text) => text.replace('ROBOT', 'CLOWN'),
      ['orders.1.user.kind'],
    ],
    [
      'an enum value nobody may see',
      'users',
      '{ orders { user { kind } } }',
      (text) => text.replace('ROBOT', 'SPY'),
      ['orders.1.user.kind'],
    ],
    [
      'other entities',
      'users',
      '{ orders { user { nick } } }',
      () => '{"data":{"_entities":[]}}',
      ['orders.0.user', 'orders.1.user', 'orders.2.user'],
    ],
    [
      'no entities',
      'users',
      '{ orders { user { nick } } }',
      () => '{"data":{}}',
      ['orders.0.user', 'orders.1.user', 'orders.2.user'],
    ],
    ['nothing', 'orders', '{ orders { id } any }', () => '{}', ['any', 'orders']],
    ['data that are none', 'orders', '{ orders { id } any }', () => '{"data":7}', ['any', 'orders']],
    ['errors that are none', 'orders', '{ any }', () => '{"data":null,"errors":[null,7,{}]}', ['any']],
  ];
  for (const [name, subgraph, query, change, paths] of cases) {
    test(name, async () => {
      const result = await shop(from(subgraph, change)).execute(query);
      assert.deepEqual(placesOf(result), paths);
    });
  }

  test('accepts a value that can be coerced', async () => {
    const lenient = await shop(from('orders', (text) => text.replace('"o1"', '5'))).execute('{ orders { id } any }');
    assert.equal(lenient.errors, undefined);
    assert.deepEqual(lenient.data, {
      orders: [{ id: 'o0' }, { id: '5' }, { id: 'o2' }],
      any: { free: ['form', null] },
    });
  });
});

import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { assertSame } from './testing/assert-same.ts';
import { Federation } from './testing/federation.ts';

const data = {
  User: [
    { __typename: 'User', id: '1', name: 'Ann', email: 'ann@example.com', tier: 'GOLD' },
    { __typename: 'User', id: '2', name: 'Bob', email: null, tier: 'FREE' },
    { __typename: 'User', id: '3', name: null, email: 'eve@example.com', tier: 'FREE' },
  ],
  Order: [
    { __typename: 'Order', id: 'a', amount: 5, weight: 2, userId: '1' },
    { __typename: 'Order', id: 'b', amount: 7, weight: 0, userId: '1' },
    { __typename: 'Order', id: 'c', amount: 9, weight: 4, userId: '2' },
  ],
};
const userOf = (id: unknown) => data.User.find((user) => user.id === id) ?? null;

function shop(): Federation {
  return new Federation({
    subgraphs: {
      users: `
        type Query { user(id: ID!): User users: [User] self: Query }
        type Mutation { rename(id: ID!, name: String!): User touch(id: ID!): User! }
        enum Tier { GOLD FREE }
        type User @key(fields: "id") { id: ID! name: String! email: String tier(upper: Boolean! = false): Tier }`,
      orders: `
        type Query { orders(first: Int! = 3, of: Filter): [Order!]! grid: [[Order]] }
        input Filter { userId: ID, least: Int! = 0 }
        type Mutation { cancel(id: ID!): Order }
        type Order @key(fields: "id") { id: ID! amount: Int weight: Int user: User secret: String @inaccessible }
        type User @key(fields: "id") { id: ID! orders(first: Int! = 2): [Order!] }`,
      shipping: `
        type Query { now: Int! }
        type Order @key(fields: "id") { id: ID! weight: Int @external cost: Int @requires(fields: "weight") carrier: String }`,
    },
    data,
    resolvers: {
      Query: {
        user: (_, { id }) => userOf(id),
        users: () => data.User,
        self: () => ({}),
        orders: (_, { first, of }) => data.Order.filter(matches(of)).slice(0, Number(first)),
        grid: () => [[data.Order[0], null], null, [data.Order[2], data.Order[0]]],
        now: () => 12,
      },
      Mutation: {
        rename: (_, { id, name }) => ({ ...userOf(id), name }),
        touch: (_, { id }) => userOf(id),
        cancel: (_, { id }) => data.Order.find((order) => order.id === id),
      },
      User: { orders: ({ id }, { first }) => data.Order.filter(({ userId }) => userId === id).slice(0, Number(first)) },
      Order: { user: ({ userId }) => userOf(userId), cost: ({ weight }) => Number(weight) * 10, carrier: () => 'post' },
    },
  });
}

function matches(filter: unknown): (order: { userId: string; amount: number }) => boolean {
  const { userId, least }: { userId?: unknown; least?: unknown } = Object(filter);
  return (order) => (userId === undefined || order.userId === userId) && order.amount >= Number(least ?? 0);
}

describe('the federated answer equals the monolith’s', () => {
  let federation: Federation;
  before(() => {
    federation = shop();
  });
  const same = (name: string, query: string, variables?: Record<string, unknown>) =>
    test(name, async () => void (await assertSame(federation, query, variables)));

  same('one fetch', '{ users { id email } }');
  same('an entity fetch', '{ orders { id amount user { name email } } }');
  same('several root fields of several subgraphs', '{ now users { id } orders { id } }');
  same('a requires', '{ orders { cost carrier } }');
  same('a field beside the one that a requires needs', '{ orders { cost weight } }');
  same('lists in lists', '{ grid { id cost user { name } } }');
  same('there and back', '{ orders { user { orders(first: 1) { id user { email } } } } }');
  same('aliases', '{ first: orders(first: 1) { number: id who: user { called: name } } orders(first: 2) { id } }');
  same('aliases that are other fields', '{ orders { id: amount amount: id user { id: name email: id name: email } } }');
  same('an alias that a requires needs', '{ orders { weight: amount cost carrier: weight } }');
  same(
    'aliases out of Object.prototype',
    '{ orders { constructor: id __proto__: amount toString: user { __proto__: id } } }',
  );
  same('__typename everywhere', '{ __typename orders { __typename t: __typename user { id: __typename } } }');
  same('a variable', 'query ($n: Int!) { orders(first: $n) { id } }', { n: 1 });
  same('a default', 'query ($n: Int! = 1) { orders(first: $n) { id user { orders(first: $n) { id } } } }');
  same('a default not used', 'query ($n: Int! = 1) { orders(first: $n) { id } }', { n: 2 });
  same('an input object with a default', 'query ($f: Filter) { orders(of: $f) { id } }', { f: { userId: '1' } });
  same(
    'a variable named representations',
    'query ($representations: Int!) { orders { user { orders(first: $representations) { id } } } }',
    { representations: 1 },
  );
  same('a variable of a wrong type', 'query ($n: Int!) { orders(first: $n) { id } }', { n: 'many' });
  same(
    'fragments',
    'fragment U on User { name ...V } fragment V on User { email } { orders { user { ...U id } } users { ...V } }',
  );
  same('the same field twice', '{ orders { user { name } user { email ... on User { name } } id id } }');
  same('only introspection', '{ __schema { queryType { name fields { name } } } }');
  same(
    'introspection among data',
    'query ($t: String!) { __type(name: $t) { ...T } now s: __schema { types { name } } } fragment T on __Type { name fields { name } }',
    { t: 'Order' },
  );
  same('what nobody may see of the schema', '{ __type(name: "Order") { fields { name } } }');
  same('a Query in an answer', '{ self { now self { orders { id user { name } } __typename } } }');
  same('a null in a non-null field', '{ users { name email } }');
  same('an enum', '{ users { tier loud: tier(upper: true) } }');
  same(
    'mutations in order',
    'mutation { a: rename(id: "1", name: "X") { name orders { id } } b: cancel(id: "c") { id user { name } } c: rename(id: "2", name: "Y") { name } }',
  );

  for (const [s, i] of [
    [true, true],
    [true, false],
    [false, true],
    [false, false],
  ]) {
    const query = `query ($s: Boolean = false, $i: Boolean!) {
      orders { id @skip(if: $s) user @include(if: $i) { name ...U @skip(if: $s) } cost @include(if: $s) weight @skip(if: true) }
      now @include(if: $i) @skip(if: $s)
      users { ... @include(if: $i) { email } id @skip(if: $i) } } fragment U on User { orders { id } }`;
    same(`@skip and @include: ${s}, ${i}`, query, { s, i });
  }
  same(
    'an object of which all is skipped',
    '{ orders { user { name @skip(if: true) } } users { id @include(if: false) } }',
  );
});

describe('calls', () => {
  test('ask for one representation a distinct entity', async () => {
    const federation = shop();
    await assertSame(federation, '{ orders { user { name } } }');
    const [, call] = federation.calls;
    assert.equal(federation.calls.length, 2);
    assert.deepEqual(call?.variables, { representations: ['1', '2'].map((id) => ({ __typename: 'User', id })) });
  });

  test('are one where two fetches of a plan ask the same', async () => {
    const federation = shop();
    await assertSame(federation, '{ a: orders { user { name } } b: orders { user { name } } }');
    assert.deepEqual(
      federation.calls.map(({ subgraph }) => subgraph),
      ['orders', 'users'],
    );
  });

  test('share no values: each place has what was asked for there', async () => {
    const query =
      '{ a: orders { user { name x: orders(first: 1) { id } } } b: orders { user { name x: orders { id cost } } } }';
    await assertSame(shop(), query);
  });

  test('are not made for mutations after one that nulls the answer', async () => {
    const federation = shop();
    const query = 'mutation { a: touch(id: "9") { id } b: cancel(id: "c") { id } }';
    await assertSame(federation, query);
    assert.deepEqual(
      federation.calls.map(({ subgraph }) => subgraph),
      ['users'],
    );
  });

  test('carry the operation’s name', async () => {
    const federation = shop();
    await federation.execute('query A { now } query B { users { id } }', {}, 'B');
    assert.match(federation.calls[0]?.query ?? '', /^query B__users__0/);
  });
});

test('keys and fields for the plan alone are not in the answer', async () => {
  const { data: answer } = await shop().execute('{ orders(first: 1) { cost user { name } } }');
  assert.deepEqual(answer, { orders: [{ cost: 20, user: { name: 'Ann' } }] });
});

test('an answer pollutes no prototype', async () => {
  const federation = shop();
  federation.tamper = (answer) =>
    JSON.parse(JSON.stringify(answer).replace('"id":', '"__proto__":{"polluted":true},"id":'));
  await federation.execute('{ orders { id user { name } } }');
  assert.equal(Reflect.get({}, 'polluted'), undefined);
});

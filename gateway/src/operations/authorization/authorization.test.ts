import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import type { OperationResult } from '../operation-result.ts';
import type { Data } from '../testing/monolith.ts';
import { type Asking, GuardedFederation, type GuardedOptions } from './testing/guarded-federation.ts';

const data: Data = {
  User: [
    { __typename: 'User', id: '1', name: 'Ann', email: 'ann@example.com', salary: 10, card: '4711', tier: 'GOLD' },
    { __typename: 'User', id: '2', name: 'Bob', email: 'bob@example.com', salary: 20, card: '4712', tier: 'FREE' },
  ],
  PublicBlog: [{ __typename: 'PublicBlog', id: 'a', title: 'Hello', views: 5, pin: 'x' }],
  PrivateBlog: [{ __typename: 'PrivateBlog', id: 'b', title: 'Diary', views: 6, pin: 'y' }],
};
const [publicBlog] = data.PublicBlog ?? [];
const [privateBlog] = data.PrivateBlog ?? [];
const people = data.User ?? [];

const SUBGRAPHS = {
  people: `
    type Query { me: User @authenticated user(id: ID!): User users: [User!]! posts: [Post!] post: Post thing: Thing
      must: Int! @authenticated audit: Audit self: Query }
    type Mutation { rename(id: ID!, name: String!): User drop(id: ID!): Boolean @requiresScopes(scopes: [["admin"]]) }
    type User @key(fields: "id") { id: ID! name: String tier: Tier
      email: String @requiresScopes(scopes: [["read:email"], ["admin", "root"]])
      salary: Salary card: String @policy(policies: [["card", "adult"], ["staff"]])
      friends: [[User]] posts: [Post] token: String! @authenticated }
    scalar Salary @requiresScopes(scopes: [["read:salary"]])
    enum Tier @authenticated { GOLD FREE }
    type Audit @authenticated { entries: [String] }
    interface Post { id: ID! title: String views: Int pin: String }
    type PublicBlog implements Post @key(fields: "id") { id: ID! title: String views: Int @authenticated pin: String }
    type PrivateBlog implements Post @key(fields: "id") @authenticated { id: ID! title: String views: Int pin: String }
    union Thing = PublicBlog | PrivateBlog | User`,
  scores: `
    type Query { top: User }
    type User @key(fields: "id") { id: ID! email: String @external name: String @external
      greeting: String @requires(fields: "name")
      score: Int @requires(fields: "email") @requiresScopes(scopes: [["read:email"], ["admin", "root"]]) }`,
};

function guarded(options: Partial<GuardedOptions> = {}): GuardedFederation {
  return new GuardedFederation({
    subgraphs: SUBGRAPHS,
    data,
    resolvers: {
      Query: {
        me: () => people[0],
        user: (_, { id }) => people.find((user) => user.id === id),
        users: () => people,
        posts: () => [publicBlog, privateBlog],
        post: () => privateBlog,
        thing: () => privateBlog,
        must: () => 1,
        audit: () => ({ entries: ['seen'] }),
        self: () => ({}),
        top: () => ({ __typename: 'User', id: '1' }),
      },
      Mutation: { rename: (_, { id, name }) => ({ ...people[0], id, name }), drop: () => true },
      User: {
        friends: () => [[people[1], null], null],
        posts: () => [publicBlog, privateBlog],
        token: () => 'secret',
        greeting: ({ name }) => `Hi ${String(name)}`,
        score: ({ email }) => String(email).length,
      },
    },
    ...options,
  });
}

const scopes = (scope: unknown): Asking => ({ claims: { sub: '1', scope } });
const TOKEN: Asking = { claims: { sub: '1' } };

/** `CODE at path` of each denial. */
function denied({ denied = [] }: OperationResult): string[] {
  return denied.map(({ path, extensions }) => `${extensions.code} at ${path?.join('.')}`);
}

const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

describe('authorization', () => {
  let graph: GuardedFederation;
  before(() => {
    graph = guarded();
  });

  /** Asserts what an operation returns and what is denied, and that it has no other errors. */
  async function sees(query: string, asking: Asking, seen: unknown, denials: string[], variables?: object) {
    const result = await graph.ask(query, asking, { ...variables });
    assert.deepEqual(plain(result.data), seen);
    assert.deepEqual(denied(result), denials);
    assert.deepEqual(result.errors ?? [], []);
  }
  const asked = () => graph.federation.calls.map(({ query }) => query).join('\n');

  test('a field is taken away before anything is fetched for it; the rest is there', async () => {
    await sees(
      '{ users { id email } }',
      {},
      {
        users: [
          { id: '1', email: null },
          { id: '2', email: null },
        ],
      },
      ['UNAUTHENTICATED at users.email'],
    );
    assert.doesNotMatch(asked(), /email/);
    await sees('{ user(id: 1) { email } }', TOKEN, { user: { email: null } }, ['FORBIDDEN at user.email']);
    await sees('{ user(id: 1) { email } }', scopes('openid read:email'), { user: { email: 'ann@example.com' } }, []);
  });

  test('one list of scopes suffices, and all in it are needed; the claim is a text or a list', async () => {
    const query = '{ user(id: 1) { email } }';
    const hidden = { user: { email: null } };
    await sees(query, scopes('admin'), hidden, ['FORBIDDEN at user.email']);
    await sees(query, scopes('read:email2 xread:email'), hidden, ['FORBIDDEN at user.email']);
    for (const scope of ['root admin', ['root', 'admin'], ['read:email']]) {
      await sees(query, scopes(scope), { user: { email: 'ann@example.com' } }, []);
    }
    for (const scope of [{ 'read:email': true }, null, 7, ['admin root']]) {
      await sees(query, scopes(scope), hidden, ['FORBIDDEN at user.email']);
    }
  });

  test('an operation all of which is denied calls no subgraph', async () => {
    await sees('{ me { id name } audit { entries } t: __typename }', {}, { me: null, audit: null, t: 'Query' }, [
      'UNAUTHENTICATED at me',
      'UNAUTHENTICATED at audit',
    ]);
    await sees('{ me { id } }', {}, { me: null }, ['UNAUTHENTICATED at me']);
    assert.deepEqual(graph.federation.calls, []);
  });

  test('a null that the schema forbids takes its parent along', async () => {
    await sees('{ user(id: 1) { id token } }', {}, { user: null }, ['UNAUTHENTICATED at user.token']);
    await sees('{ users { id token } user(id: 2) { id } }', {}, null, ['UNAUTHENTICATED at users.token']);
    await sees('{ must user(id: 1) { id } }', {}, null, ['UNAUTHENTICATED at must']);
  });

  test('rules stand on scalars, enums and object types too', async () => {
    await sees('{ user(id: 1) { salary tier } }', TOKEN, { user: { salary: null, tier: 'GOLD' } }, [
      'FORBIDDEN at user.salary',
    ]);
    await sees('{ user(id: 1) { salary tier } }', {}, { user: { salary: null, tier: null } }, [
      'UNAUTHENTICATED at user.salary',
      'UNAUTHENTICATED at user.tier',
    ]);
    await sees(
      '{ audit { entries } user(id: 1) { salary } }',
      scopes('read:salary'),
      {
        audit: { entries: ['seen'] },
        user: { salary: 10 },
      },
      [],
    );
  });

  test('what is selected on an interface needs what all its types demand', async () => {
    await sees('{ posts { id title } }', {}, { posts: null }, ['UNAUTHENTICATED at posts']);
    assert.deepEqual(graph.federation.calls, []);
    await sees(
      '{ posts { id title } }',
      TOKEN,
      {
        posts: [
          { id: 'a', title: 'Hello' },
          { id: 'b', title: 'Diary' },
        ],
      },
      [],
    );
    await sees('{ thing { ... on Post { title } } }', {}, { thing: { title: null } }, [
      'UNAUTHENTICATED at thing.title',
    ]);
  });

  test('of fragments on its types, only those are taken away whose type is protected', async () => {
    const query = '{ posts { __typename ... on PublicBlog { id views } ... on PrivateBlog { title pin } } }';
    await sees(
      query,
      {},
      {
        posts: [
          { __typename: 'PublicBlog', id: 'a', views: null },
          { __typename: 'PrivateBlog', title: null, pin: null },
        ],
      },
      ['UNAUTHENTICATED at posts.views', 'UNAUTHENTICATED at posts.title', 'UNAUTHENTICATED at posts.pin'],
    );
    assert.doesNotMatch(asked(), /title|pin|views/);
    await sees('{ thing { ... on PrivateBlog { title } ... on User { id } } }', {}, { thing: { title: null } }, [
      'UNAUTHENTICATED at thing.title',
    ]);
  });

  test('a fragment on an interface is judged by the types that it can apply to', async () => {
    const query = `{ posts { ... on PublicBlog { ...Head } ... on PrivateBlog { ...Head } } } fragment Head on Post { id }`;
    // ID! that may not be seen: the object with it becomes null, and the list of non-null posts with that.
    await sees(query, {}, { posts: null }, ['UNAUTHENTICATED at posts.id']);
    assert.match(asked(), /on PublicBlog ?\{id/);
    assert.doesNotMatch(asked(), /on PrivateBlog ?\{id/);
    await sees(
      '{ posts { ... on Post { ... on PublicBlog { title } } } }',
      {},
      { posts: [{ title: 'Hello' }, {}] },
      [],
    );
  });

  test('one fragment may be allowed at one place and denied at another', async () => {
    const query = `{ posts { ... on PublicBlog { ...Head } ... on PrivateBlog { ...Head } } }
      fragment Head on Post { title }`;
    await sees(query, {}, { posts: [{ title: 'Hello' }, { title: null }] }, ['UNAUTHENTICATED at posts.title']);
  });

  test('a field that is asked for twice is null where one of the two is denied', async () => {
    const query = '{ posts { ... on PublicBlog { title } } posts { title } }';
    await sees(query, {}, { posts: null }, ['UNAUTHENTICATED at posts']);
  });

  test('aliases that are other fields', async () => {
    await sees(
      '{ users: user(id: 1) { id: name email: tier name: email } }',
      TOKEN,
      { users: { id: 'Ann', email: 'GOLD', name: null } },
      ['FORBIDDEN at users.name'],
    );
  });

  test('aliases, named fragments, and lists in lists', async () => {
    const query = `{ a: user(id: 1) { ...Parts friends { n: name mail: email } } b: user(id: 2) { ...Parts } }
      fragment Parts on User { mail: email called: name ...More } fragment More on User { t: tier }`;
    await sees(
      query,
      TOKEN,
      {
        a: { mail: null, called: 'Ann', t: 'GOLD', friends: [[{ n: 'Bob', mail: null }, null], null] },
        b: { mail: null, called: 'Bob', t: 'FREE' },
      },
      ['FORBIDDEN at a.mail', 'FORBIDDEN at a.friends.mail', 'FORBIDDEN at b.mail'],
    );
  });

  test('what @skip and @include leave out is not told as denied', async () => {
    const query = `query ($all: Boolean!) { user(id: 1) { name email @include(if: $all) ... @skip(if: $all) { tier }
      salary @skip(if: true) } }`;
    await sees(query, {}, { user: { name: 'Ann', email: null } }, ['UNAUTHENTICATED at user.email'], { all: true });
    await sees(query, {}, { user: { name: 'Ann', tier: null } }, ['UNAUTHENTICATED at user.tier'], { all: false });
  });

  test('a field that another needs is fetched for that, and not shown', async () => {
    const query = '{ top { greeting name score } }';
    await sees(query, {}, { top: { greeting: 'Hi Ann', name: 'Ann', score: null } }, ['UNAUTHENTICATED at top.score']);
    assert.doesNotMatch(asked(), /email|score/);
    await sees('{ top { score email } }', scopes('read:email'), { top: { score: 15, email: 'ann@example.com' } }, []);
  });

  test('a mutation that is denied does not run, one that is allowed does, though its answer is denied', async () => {
    await sees('mutation { drop(id: 1) }', TOKEN, { drop: null }, ['FORBIDDEN at drop']);
    assert.deepEqual(graph.federation.calls, []);
    await sees(
      'mutation { rename(id: 1, name: "X") { email } drop(id: 1) }',
      TOKEN,
      { rename: { email: null }, drop: null },
      ['FORBIDDEN at rename.email', 'FORBIDDEN at drop'],
    );
    assert.match(asked(), /rename/);
    assert.doesNotMatch(asked(), /email|drop/);
  });

  test('introspection shows what is protected', async () => {
    await sees('{ __type(name: "Audit") { fields { name } } }', {}, { __type: { fields: [{ name: 'entries' }] } }, []);
    await sees('{ __type(name: "Audit") { name } me { id } }', {}, { __type: { name: 'Audit' }, me: null }, [
      'UNAUTHENTICATED at me',
    ]);
  });

  test('the error names the rule, what it stands on, and what is missing', async () => {
    const { denied: [error] = [] } = await graph.ask('{ user(id: 1) { salary } }');
    assert.equal(
      error?.message,
      'Not authorized: Salary demands @requiresScopes(scopes: [["read:salary"]]), and the request has no token',
    );
  });

  test('an operation that touches nothing protected is the same code for everybody', async () => {
    const query = '{ user(id: 1) { id name } }';
    assert.equal(await graph.compile(query), await graph.compile(query, scopes('admin')));
    const scoped = '{ user(id: 1) { id email } }';
    assert.notEqual(await graph.compile(scoped), await graph.compile(scoped, TOKEN), 'its errors have other codes');
    const protectedQuery = '{ user(id: 1) { id tier } }';
    assert.equal(await graph.compile(protectedQuery, TOKEN), await graph.compile(protectedQuery, scopes('admin')));
    assert.notEqual(await graph.compile(protectedQuery), await graph.compile(protectedQuery, TOKEN));
  });
});

describe('policies', () => {
  const query = '{ user(id: 1) { name card } }';
  const shown = { user: { name: 'Ann', card: '4711' } };
  const hidden = { user: { name: 'Ann', card: null } };

  test('are asked of the hook, with what the request is', async () => {
    const seen: unknown[] = [];
    const graph = guarded({
      hooks: {
        policies: (policies, { claims, headers }) => {
          seen.push([policies, claims, headers]);
          return headers['x-staff'] === 'yes' ? ['staff'] : { card: true, adult: false };
        },
      },
    });
    assert.deepEqual(plain((await graph.ask(query, { ...TOKEN, headers: { 'x-staff': 'yes' } })).data), shown);
    const answer = await graph.ask(query, TOKEN);
    assert.deepEqual(plain(answer.data), hidden);
    assert.deepEqual(denied(answer), ['FORBIDDEN at user.card']);
    assert.deepEqual(seen[0], [['card', 'adult', 'staff'], TOKEN.claims, { 'x-staff': 'yes' }]);
    await graph.ask('{ user(id: 1) { name } }');
    assert.equal(seen.length, 2, 'an operation without policies asks nobody');
  });

  test('are not granted without a hook, by one that fails, or by one whose answer nobody waits for', async () => {
    const never = { policies: () => new Promise<string[]>(() => {}) };
    const failing = { policies: () => Promise.reject(new Error('down')) };
    const throwing = {
      policies: () => {
        throw new Error('down');
      },
    };
    for (const hooks of [{}, failing, throwing]) {
      assert.deepEqual(plain((await guarded({ hooks }).ask(query, TOKEN)).data), hidden);
    }
    const controller = new AbortController();
    const asking = guarded({ hooks: never }).ask(query, { ...TOKEN, signal: controller.signal });
    setImmediate(() => controller.abort());
    assert.deepEqual(plain((await asking).data), hidden);
  });

  test('only true grants: not a text, and not what the hook calls by another name', async () => {
    const policies = () => JSON.parse('{"staff":"false","Staff":true,"card":1,"adult":true}');
    assert.deepEqual(plain((await guarded({ hooks: { policies } }).ask(query, TOKEN)).data), hidden);
  });
});

describe('how denials are dealt with', () => {
  test('refused: nothing runs where anything is denied', async () => {
    const graph = guarded({ denied: 'refused' });
    const result = await graph.ask(
      'query ($all: Boolean!) { user(id: 1) { name tier @include(if: $all) } }',
      {},
      { all: true },
    );
    assert.deepEqual([result.data, denied(result)], [undefined, ['UNAUTHENTICATED at user.tier']]);
    assert.deepEqual(graph.federation.calls, []);
    const allowed = await graph.ask(
      'query ($all: Boolean!) { user(id: 1) { name tier @include(if: $all) } }',
      {},
      { all: false },
    );
    assert.deepEqual([plain(allowed.data), denied(allowed)], [{ user: { name: 'Ann' } }, []]);
  });

  test('told: everything is shown, and what would be denied is told', async () => {
    const result = await guarded({ denied: 'told' }).ask('{ me { tier } posts { id } }');
    assert.deepEqual(plain(result.data), { me: { tier: 'GOLD' }, posts: [{ id: 'a' }, { id: 'b' }] });
    assert.deepEqual(denied(result), ['UNAUTHENTICATED at me', 'UNAUTHENTICATED at posts']);
  });
});

describe('rules', () => {
  test('are found under the names that a schema imports their directives by', async () => {
    const graph = new GuardedFederation({
      subgraphs: { a: `type Query { open: Int closed: Int @authenticated }` },
      resolvers: { Query: { open: () => 1, closed: () => 2 } },
    });
    const supergraphSdl = graph.federation.supergraphSdl
      .replace('authenticated/v0.1"', 'authenticated/v0.1", import: [{ name: "@authenticated", as: "@loggedIn" }]')
      .replace('directive @authenticated', 'directive @loggedIn')
      .replaceAll(/ @authenticated\b/g, ' @loggedIn');
    const renamed = new GuardedFederation({
      subgraphs: { a: `type Query { open: Int closed: Int }` },
      resolvers: { Query: { open: () => 1, closed: () => 2 } },
      supergraphSdl,
    });
    assert.deepEqual(plain((await renamed.ask('{ open closed }')).data), { open: 1, closed: null });
  });

  test("on a field of one type stand before that field of the type's interfaces", async () => {
    const fields = (rules: string) => `{ open: Int closed: Int ${rules} }`;
    const graph = new GuardedFederation({
      subgraphs: {
        a: `type Query { first: I second: I } interface I ${fields('')} type A implements I ${fields('')}
          type B implements I ${fields('@authenticated')} type C implements I ${fields('')}`,
      },
      resolvers: {
        Query: {
          first: () => ({ __typename: 'A', open: 1, closed: 2 }),
          second: () => ({ __typename: 'B', open: 3, closed: 4 }),
        },
      },
    });
    const { data, ...rest } = await graph.ask('{ first { open closed } second { open ... on A { closed } } }');
    assert.deepEqual(plain(data), { first: { open: 1, closed: null }, second: { open: 3 } });
    assert.deepEqual(denied(rest), ['UNAUTHENTICATED at first.closed']);
  });

  test('stand on a root type, for all its fields', async () => {
    const graph = new GuardedFederation({
      subgraphs: { a: 'type Query { open: Int } type Mutation @authenticated { first: Int second: Int! }' },
      resolvers: { Query: { open: () => 1 }, Mutation: { first: () => 1, second: () => 2 } },
    });
    assert.deepEqual(plain((await graph.ask('{ open }')).data), { open: 1 });
    const result = await graph.ask('mutation { __typename first ... { first } }');
    assert.deepEqual(plain(result.data), { __typename: 'Mutation', first: null });
    assert.deepEqual(denied(result), ['UNAUTHENTICATED at first']);
    assert.ok(graph.federation.calls.every(({ query }) => !query.includes('first')));
    assert.deepEqual(plain((await graph.ask('mutation { first second }')).data), null);
    assert.deepEqual(plain((await graph.ask('mutation { first second }', TOKEN)).data), { first: 1, second: 2 });
  });

  test('on an interface are refused by composition: those of its types are all there are', () => {
    for (const schema of ['interface I @authenticated { x: Int }', 'interface I { x: Int @authenticated }']) {
      const subgraphs = { a: `type Query { i: I } ${schema} type T implements I { x: Int }` };
      assert.throws(() => new GuardedFederation({ subgraphs }), /cannot be applied on interfaces/);
    }
  });

  test('variants that were in use are compiled before a new supergraph takes over', async (t) => {
    const [before, after] = [guarded(), guarded()];
    const query = '{ user(id: 1) { name email } }';
    await before.compile(query);
    await before.compile(query, scopes('read:email'));
    await after.operations.warmUp(before.operations);
    const plan = t.mock.method(after.operations.planner, 'plan');
    await after.compile(query);
    await after.compile(query, scopes('read:email'));
    assert.equal(plan.mock.callCount(), 0);
    assert.match(JSON.stringify(await after.ask(query)), /"email":null/);
  });

  test('sixteen variants of one operation are kept, however many there could be', async () => {
    const names = ['a', 'b', 'c', 'd', 'e'];
    const fields = names.map((name) => `${name}: Int @requiresScopes(scopes: [["${name}"]])`);
    const graph = new GuardedFederation({ subgraphs: { a: `type Query { ${fields.join(' ')} }` } });
    const compiled = (number: number) =>
      graph.compile('{ a b c d e }', scopes(names.filter((_, index) => (number >> index) & 1)));
    const first = await compiled(0);
    for (let number = 1; number <= 15; number++) await compiled(number);
    assert.equal(await compiled(0), first);
    const last = await compiled(16);
    assert.notEqual(await compiled(0), first);
    assert.equal(await compiled(16), last);
  });
});

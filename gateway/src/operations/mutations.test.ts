import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertSame } from './testing/assert-same.ts';
import { Federation } from './testing/federation.ts';

let value = 0;
const thing = () => ({ __typename: 'Thing', id: '1' });
const set = (to: unknown) => {
  value = Number(to);
  return thing();
};

const federation = new Federation({
  subgraphs: {
    a: `
      type Query { x: Int }
      type Mutation { set(to: Int!): Thing must(to: Int!): Thing! add: Int again: Query }
      type Thing @key(fields: "id") { id: ID! }`,
    b: `
      type Query { now: Int }
      type Mutation { other: Int }
      type Thing @key(fields: "id") { id: ID! seen: Int sure: Int! friend: Thing }`,
    c: 'type Thing @key(fields: "id") { id: ID! read: Int }',
  },
  data: { Thing: [thing()] },
  resolvers: {
    Query: { now: () => value },
    Mutation: {
      set: (_, { to }) => set(to),
      must: (_, { to }) => set(to),
      add: () => ++value,
      other: () => (value += 10),
      again: () => ({}),
    },
    Thing: { seen: () => value, read: () => value, sure: () => (value === 7 ? null : value), friend: thing },
  },
  reset: () => {
    value = 0;
  },
});

/** Returns what each call sent: the subgraph, and the mutations or the entity fields. */
function sent(): string[] {
  return federation.calls.map(({ subgraph, query }) => {
    const [, fields = query] = /\{\.\.\.on Thing\{(.*)\}\}\}$/.exec(query) ?? /^mutation\{(.*)\}$/.exec(query) ?? [];
    return `${subgraph}: ${fields.replaceAll('{__typename id}', '')}`;
  });
}

for (const [query, calls] of [
  [
    '{ a: set(to: 1) { seen } o: other b: set(to: 2) { seen } }',
    ['a: a:set(to:1)', 'b: seen', 'b: o:other', 'a: b:set(to:2)', 'b: seen'],
  ],
  ['{ a: set(to: 1) { seen } b: set(to: 2) { seen } }', ['a: a:set(to:1)', 'b: seen', 'a: b:set(to:2)', 'b: seen']],
  ['{ a: set(to: 1) { id } add b: set(to: 2) { seen } }', ['a: a:set(to:1){id}add b:set(to:2)', 'b: seen']],
  [
    '{ add a: set(to: 1) { seen read } more: add last: add }',
    ['a: add a:set(to:1)', 'c: read', 'b: seen', 'a: more:add last:add'],
  ],
  [
    '{ a: set(to: 1) { friend { read } } b: set(to: 2) { friend { read } } }',
    ['a: a:set(to:1)', 'b: friend', 'c: read', 'a: b:set(to:2)', 'b: friend', 'c: read'],
  ],
  ['{ ... on Mutation { a: add } b: other ... on Mutation { c: add } }', ['a: a:add', 'b: b:other', 'a: c:add']],
  ['{ a: again { now } add b: again { now } }', undefined],
  ['{ a: must(to: 7) { sure } b: must(to: 1) { seen } }', ['a: a:must(to:7)', 'b: sure']],
  ['{ a: must(to: 7) { sure } other b: must(to: 1) { id } }', ['a: a:must(to:7)', 'b: sure']],
  ['{ a: set(to: 7) { sure } b: set(to: 1) { seen } }', ['a: a:set(to:7)', 'b: sure', 'a: b:set(to:1)', 'b: seen']],
] as const) {
  test(`runs what is below a mutation before the next one: ${query}`, async () => {
    await assertSame(federation, `mutation ${query}`);
    if (calls) assert.deepEqual(sent(), calls);
  });
}

for (const yes of [true, false]) {
  test(`runs mutations with conditions one after another, ${yes ? 'included' : 'skipped'}`, async () => {
    for (const fields of [
      'a: set(to: 1) { seen @include(if: $yes) } b: set(to: 2) { seen }',
      'a: set(to: 1) @include(if: $yes) { seen } b: set(to: 2) { seen }',
      '... @include(if: $yes) { a: set(to: 1) { seen } b: set(to: 2) { read } } c: set(to: 3) { seen }',
      'a: set(to: 1) { read } ... @skip(if: $yes) { b: set(to: 2) { seen } c: add } d: add',
      'a: set(to: 1) @skip(if: $yes) { seen } add ... @include(if: $yes) { a: set(to: 1) { seen } } b: set(to: 2) { seen }',
      'a: must(to: 1) @skip(if: $yes) { id } b: add other',
      'a: must(to: 1) @skip(if: $yes) { id } b: must(to: 2) { seen } other',
      '... @include(if: $yes) { a: add } b: other ... @include(if: $yes) { c: add } d: other',
      '... @include(if: $yes) { a: add } b: add ... @include(if: $yes) { c: add } d: set(to: 1) { id }',
      'a: add b: other ... @include(if: $yes) { a: add }',
      'a: set(to: 1) { id } add ... @include(if: $yes) { a: set(to: 1) { seen } }',
      'a: set(to: 1) @skip(if: $yes) { id } other ... @include(if: $yes) { a: set(to: 1) { seen } }',
      'a: set(to: 1) { id } other ... @include(if: $yes) { a: set(to: 1) { seen } }',
    ]) {
      await assertSame(federation, `mutation ($yes: Boolean!) { ${fields} }`, { yes });
    }
  });
}

import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import { assertSame } from '../testing/assert-same.ts';
import { Federation } from '../testing/federation.ts';

const items = [
  { __typename: 'Book', id: 'b1' },
  { __typename: 'Film', id: 'f1', stars: 3 },
  { __typename: 'Game', id: 'g1' },
];

const federation = new Federation({
  subgraphs: {
    library: `
      type Query { items: [Item] unresolved: [Item] } interface Item @key(fields: "id") { id: ID! title: String }
      type Book implements Item @key(fields: "id") { id: ID! title: String }
      type Film implements Item @key(fields: "id") { id: ID! title: String }
      type Game implements Item @key(fields: "id") { id: ID! title: String }`,
    reviews: `
      type Query { reviewed: [Item] }
      type Item @interfaceObject @key(fields: "id") { id: ID! stars: Int! review: String comment(long: Boolean): String }`,
    texts: `
      type Film @key(fields: "id") { id: ID! stars: Int! @external text: String @requires(fields: "stars") }`,
  },
  data: Object.fromEntries(items.map((item) => [item.__typename, [item]])),
  resolvers: {
    Query: { items: () => items, reviewed: () => items },
    Item: {
      stars: ({ id }) => (id === 'g1' ? Promise.reject(new Error('nobody may ask for the stars of games')) : 3),
      review: ({ id }) => `on ${id}`,
      comment: (_, { long }) => `a ${long ? 'long' : 'short'} comment`,
    },
    Film: { text: ({ stars }) => `with ${stars} stars` },
  },
});

/** The ids that each call to reviews asked for, and the fields. */
function asked(): string[] {
  return federation.calls
    .filter(({ subgraph, variables }) => subgraph === 'reviews' && 'representations' in variables)
    .map(({ query, variables }) => {
      const ids = Object(variables.representations).map(({ id }: { id: string }) => id);
      return `${ids.join()}: ${/\.\.\.on Item\{(.*?)\}\}\}/.exec(query)?.[1]}`;
    })
    .sort();
}

beforeEach(() => {
  federation.calls = [];
});

describe('an entity is asked for what the client wants of its type', () => {
  for (const [query, expected] of [
    ['{ items { review ... on Book { stars } } }', ['b1: review stars', 'f1,g1: review']],
    ['{ items { ... on Book { stars } ... on Film { review } } }', ['b1: stars', 'f1: review']],
    ['{ items { title ... on Film { stars } } }', ['f1: stars']],
    [
      '{ items { ... on Book { a: comment(long: true) } review } }',
      ['b1: review a:comment(long:true)', 'f1,g1: review'],
    ],
    ['{ items { ... on Book { stars review } ... on Film { text review } } }', ['b1,f1: stars review']],
    [
      'query ($s: Boolean! = false) { items { review stars @include(if: $s) ... on Film { stars } } }',
      ['b1,g1: review', 'f1: review stars@include(if:$s)stars'],
    ],
    ['{ items { review comment } }', ['b1,f1,g1: review comment']],
    ['{ reviewed { ... on Film { stars } } }', ['f1: stars']],
  ] as const) {
    test(query, async () => {
      await assertSame(federation, query);
      assert.deepEqual(asked().toSorted(), expected);
    });
  }
});

test('a variable that a part has no use for is not sent with it', async () => {
  const query = 'query ($long: Boolean) { items { review ... on Book { comment(long: $long) } } }';
  await assertSame(federation, query, { long: true });
  assert.deepEqual(asked(), ['b1: review comment(long:$long)', 'f1,g1: review']);
  assert.deepEqual(federation.calls.map(({ variables }) => variables.long).toSorted(), [true, undefined, undefined]);
});

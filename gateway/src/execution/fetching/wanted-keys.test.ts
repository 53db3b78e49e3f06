import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { assertSame } from '../../operations/testing/assert-same.ts';
import { Federation } from '../../operations/testing/federation.ts';

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
      type Item @interfaceObject @key(fields: "id") { id: ID! stars: Int! review: String comment(long: Boolean): String note: Note }
      type Note { text: String by: Int! }`,
    texts: `
      type Film @key(fields: "id") { id: ID! stars: Int! @external text: String @requires(fields: "stars") }`,
  },
  data: Object.fromEntries(items.map((item) => [item.__typename, [item]])),
  resolvers: {
    Query: { items: () => items, reviewed: () => items },
    Item: {
      stars: ({ id }) => (id === 'g1' ? Promise.reject(new Error('nobody may ask for the stars of games')) : 3),
      review: ({ id }) => `on ${id}`,
      note: () => ({ text: 'a note', by: null }),
      comment: (_, { long }) => `a ${long ? 'long' : 'short'} comment`,
    },
    Film: { text: ({ stars }) => `with ${stars} stars` },
  },
});

/** Returns the ids and the fields that each call to a subgraph requested. */
function askedOf({ calls }: Federation, subgraphName: string, typeName: string): string[] {
  return calls
    .filter(({ subgraph, variables }) => subgraph === subgraphName && 'representations' in variables)
    .map(({ query, variables }) => {
      const ids = Object(variables.representations).map(({ id }: { id: string }) => id);
      return `${ids.join()}: ${query.split(`...on ${typeName}{`)[1]?.slice(0, -3)}`;
    })
    .sort();
}

describe('selects on an entity what the client selects on its type', () => {
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
    ['{ items { review stars @skip(if: true) ... on Film { stars } } }', ['b1,g1: review', 'f1: review stars']],
    [
      '{ items { ... on Book { note { by } } ... on Film { note { text } } ... on Game { note { text } } } }',
      ['b1: note{by}', 'f1,g1: note{text}'],
    ],
    ['{ items { review comment } }', ['b1,f1,g1: review comment']],
    ['{ reviewed { ... on Film { stars } } }', ['f1: stars']],
  ] as const) {
    test(query, async () => {
      await assertSame(federation, query);
      assert.deepEqual(askedOf(federation, 'reviews', 'Item'), expected);
    });
  }
});

test('sends with a partial fetch only the variables that it uses', async () => {
  const query = 'query ($long: Boolean) { items { review ... on Book { comment(long: $long) } } }';
  await assertSame(federation, query, { long: true });
  assert.deepEqual(askedOf(federation, 'reviews', 'Item'), ['b1: review comment(long:$long)', 'f1,g1: review']);
  assert.deepEqual(federation.calls.map(({ variables }) => variables.long).toSorted(), [true, undefined, undefined]);
});

const ann = { __typename: 'Author', id: 'ann', name: 'Ann' };
const bob = { __typename: 'Author', id: 'bob', name: 'Bob' };
const published = new Federation({
  subgraphs: {
    library: `
      type Query { works: [Work] books: [Book] } interface Work { id: ID! }
      type Author @key(fields: "id") { id: ID! name: String @external }
      type Book implements Work @key(fields: "id") { id: ID! author: Author }
      type Film implements Work @key(fields: "id") { id: ID! author: Author credit: String @requires(fields: "author { name }") }
      type Game implements Work @key(fields: "id") { id: ID! author: Author }`,
    people: `type Author @key(fields: "id") { id: ID! name: String age: Int! born(in: String): String friend: Author profile: Profile @shareable }
      type Profile { motto: String }`,
    bodies: `type Author @key(fields: "id") { id: ID! height: Int! weight: Int profile: Profile @shareable }
      type Profile { shape: String }`,
  },
  data: {
    Author: [ann, bob],
    Film: [{ __typename: 'Film', id: 'f1', author: bob }],
  },
  resolvers: {
    Query: {
      works: () => [
        { __typename: 'Book', id: 'b1' },
        { __typename: 'Film', id: 'f1' },
        { __typename: 'Game', id: 'g1' },
      ],
      books: () => [{ __typename: 'Book', id: 'b1' }],
    },
    Book: { author: () => ann },
    Film: { author: () => bob, credit: ({ author }) => `by ${Object(author ?? bob).name}` },
    Game: { author: () => ann },
    Author: {
      age: ({ id }) => (id === 'bob' ? Promise.reject(new Error('nobody may ask for the age of Bob')) : 3),
      born: (_, args) => `in ${args.in ?? 'May'}`,
      height: () => Promise.reject(new Error('nobody knows')),
      weight: () => 70,
      profile: () => ({ motto: 'carry on', shape: 'round' }),
      friend: ({ id }) => (id === 'ann' ? bob : ann),
    },
  },
});

describe('selects on an entity what the client selects below the types of the objects above', () => {
  for (const [query, expected] of [
    ['{ works { ... on Book { author { age } } ... on Film { author { name } } } }', ['ann: age', 'bob: name']],
    [
      '{ works { ... on Book { author { age name } } ... on Game { author { name } } ... on Film { author { name } } } }',
      ['ann: age name', 'bob,ann: name'],
    ],
    ['{ works { ... on Book { author { age } } ... on Film { credit } } }', ['ann: age', 'bob: name']],
    [
      '{ works { ... on Book { author { friend { born } } } ... on Film { author { friend { age } } } } }',
      ['ann: friend{born}', 'bob: friend{age}'],
    ],
    [
      'query ($s: Boolean! = true) { works { ... on Book { author { age } } ... on Film { author { name age @skip(if: $s) } } } }',
      ['ann: age age@skip(if:$s)', 'bob: name'],
    ],
    [
      '{ works { ... on Book { author { profile { motto } } } ... on Film { author { profile { shape } } } } }',
      ['ann: profile{motto}', 'bob: profile{__typename}'],
    ],
    ['{ works { ... on Book { author { name } } ... on Film { author { name } } } }', ['ann,bob: name']],
    ['{ books { author { ... on Author { name } born(in: "June") } } }', ['ann: name born(in:"June")']],
  ] as const) {
    test(query, async () => {
      await assertSame(published, query);
      assert.deepEqual(askedOf(published, 'people', 'Author'), expected);
    });
  }
});

test('reports an error of a shared object only at the place whose selection failed', async () => {
  const query =
    '{ works { ... on Book { author { friend { weight } } } ... on Game { author { friend { height } } } } }';
  const { data, errors } = await assertSame(published, query);
  assert.deepEqual(askedOf(published, 'people', 'Author'), ['ann: friend{__typename id}']);
  assert.deepEqual(JSON.parse(JSON.stringify(data)), {
    works: [{ author: { friend: { weight: 70 } } }, {}, { author: { friend: null } }],
  });
  assert.deepEqual(
    errors?.map(({ path }) => path?.join('.')),
    ['works.2.author.friend.height'],
  );
});

test('reports a failed call of a shared object only at the places that needed it', async () => {
  const query =
    '{ works { ... on Book { author { friend { weight } } } ... on Game { author { friend { height } } } } }';
  published.tamper = (answer, { query: sent }) => (/weight/.test(sent) ? { errors: [{ message: 'gone' }] } : answer);
  const { errors } = await published.execute(query);
  published.tamper = (answer, { query: sent }) => (/weight/.test(sent) ? Promise.reject(new Error('gone')) : answer);
  const { errors: thrown } = await published.execute(query);
  published.tamper = (answer) => answer;
  for (const list of [errors, thrown]) {
    assert.deepEqual(list?.map(({ path }) => path?.join('.')).toSorted(), [
      'works.0.author.friend',
      'works.2.author.friend.height',
    ]);
  }
});

import { describe, test } from 'node:test';
import { assertSame } from './testing/assert-same.ts';
import { Federation } from './testing/federation.ts';

// @requires through other things than entities: https://github.com/apollographql/federation/issues/2805

for (const nonNull of ['', '!']) {
  describe(`@requires through a value type with an @external field of type Book${nonNull}`, () => {
    const listings = [1, 2].map((number) => ({
      __typename: 'Listing',
      id: String(number),
      edition: { isbn: `i${number}`, book: { code: `c${number}`, title: `t${number}` } },
    }));
    const federation = new Federation({
      subgraphs: {
        library: `type Query { listings: [Listing!]! } type Listing @key(fields: "id") { id: ID! edition: Edition! @shareable }
          type Edition { isbn: ID! @shareable book: Book${nonNull} } type Book { code: ID! title: String }`,
        advice: `type Listing @key(fields: "id") {
            id: ID! edition: Edition! @shareable good: Boolean @requires(fields: "edition { book { code } }")
          }
          type Edition { isbn: ID! @shareable book: Book${nonNull} @external } type Book { code: ID! @external }`,
      },
      data: { Listing: listings.map(({ id }) => ({ __typename: 'Listing', id })) },
      resolvers: {
        Query: { listings: () => listings },
        Listing: {
          good: ({ id, edition }) =>
            JSON.stringify(edition ?? { book: listings[Number(id) - 1]?.edition.book }).includes('c2'),
        },
      },
    });
    for (const query of [
      '{ listings { good } }',
      '{ listings { edition { book { title } } good } }',
      '{ listings { good edition { isbn book { code } } } }',
      'query ($x: Boolean = false) { listings { good edition @include(if: $x) { book { title } } } }',
    ]) {
      test(`answers ${query}`, async () => void (await assertSame(federation, query)));
    }
  });
}

describe('@requires of a field behind a key with a field of a third subgraph', () => {
  const items = [1, 2].map((number) => ({
    __typename: 'Item',
    id: String(number),
    sub: { __typename: 'Sub', id: `s${number}`, id2: `t${number}` },
    price: number,
  }));
  const federation = new Federation({
    subgraphs: {
      items: `type Query { items: [Item] any: [Any] } union Any = Item
        type Item @key(fields: "id") { id: ID! sub: Sub @shareable } type Sub @key(fields: "id") { id: ID! }`,
      names: 'type Sub @key(fields: "id") { id: ID! id2: ID! @shareable }',
      costs: `type Item @key(fields: "sub { id2 }") {
          sub: Sub @shareable price: Int @external cost: Int @requires(fields: "price")
        }
        type Sub @key(fields: "id2", resolvable: false) { id2: ID! @shareable }`,
      prices: `type Item @key(fields: "id") @key(fields: "sub { id2 }") { id: ID! sub: Sub @shareable price: Int }
        type Sub { id2: ID! @shareable }`,
    },
    data: { Item: items, Sub: items.map(({ sub }) => sub) },
    resolvers: {
      Query: { items: () => items, any: () => items },
      Item: { cost: ({ price }) => Number(price) * 2 },
    },
  });
  for (const query of [
    '{ items { cost } }',
    '{ items { cost price sub { id2 } } }',
    '{ items { id sub { id } cost } }',
    '{ any { ... on Item { cost } } }',
  ]) {
    test(`answers ${query}`, async () => void (await assertSame(federation, query)));
  }
});

test('fetches a field with @requires only if the conditions around it say so', async () => {
  const item = { __typename: 'Item', id: '1', weight: 1 };
  const federation = new Federation({
    subgraphs: {
      items: `type Query { item: Item }
        type Item @key(fields: "id") { id: ID! weight: Int @external cost: Int @requires(fields: "weight") }`,
      weights: 'type Item @key(fields: "id") { id: ID! weight: Int }',
    },
    data: { Item: [item] },
    resolvers: { Query: { item: () => item }, Item: { cost: () => new Error('broken') } },
  });
  await assertSame(federation, 'query ($yes: Boolean = true) { item { weight } item @skip(if: $yes) { cost } }');
});

import { describe, test } from 'node:test';
import { assertSame } from '../../operations/testing/assert-same.ts';
import { Federation } from '../../operations/testing/federation.ts';

const federation = new Federation({
  subgraphs: {
    library: `
      type Query { items: [Item] } interface Item { id: ID! }
      type Book implements Item @key(fields: "id") { id: ID! size: Int! pages: Pages }
      type Film implements Item @key(fields: "id") { id: ID! size: String pages: Int }
      type Pages { count: Int }`,
    texts: `
      type Film @key(fields: "id") { id: ID! size: String @external pages: Int @external
        text: String @requires(fields: "size pages") }`,
  },
  data: {
    Book: [{ __typename: 'Book', id: 'b', size: 7, pages: { count: 3 } }],
    Film: [{ __typename: 'Film', id: 'f', size: 'long', pages: 1 }],
  },
  resolvers: {
    Query: {
      items: () => [
        { __typename: 'Book', id: 'b', size: 7, pages: { count: 3 } },
        { __typename: 'Film', id: 'f', size: 'long', pages: 1 },
      ],
    },
    Film: { text: ({ size, pages }) => `${size} ${pages}` },
  },
});

describe('fields that can’t be merged are told apart in every fragment', () => {
  for (const query of [
    'query ($s: Boolean = false) { items { ... on Book { size pages { count } } ... on Film { ... @skip(if: $s) { text } } } }',
    'query ($s: Boolean = true) { items { ... on Book { size pages { count } } ... on Film { ... @skip(if: $s) { text } id } } }',
    'query ($s: Boolean = false) { items { ... on Book { pages { count } } ... on Film { ... @skip(if: $s) { ... @skip(if: $s) { id text } } } } }',
    '{ items { ... on Book { size pages { count } } ... on Film { text } } }',
  ]) {
    test(query, async () => void (await assertSame(federation, query)));
  }
});

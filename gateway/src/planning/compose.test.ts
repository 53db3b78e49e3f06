import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compose } from './compose.ts';
import type { SubgraphSchema } from './subgraph-schema.ts';

function subgraph(name: string, sdl: string): SubgraphSchema {
  return { name, routingUrl: `http://${name}.test/graphql`, sdl, origin: `sdl of ${name}` };
}

const LINK = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])\n';

test('schemas that fit become one supergraph, which names each subgraph and its address', () => {
  const sdl = compose([
    subgraph('books', `${LINK}type Query { book: Book } type Book @key(fields: "id") { id: ID! title: String }`),
    subgraph('reviews', `${LINK}type Book @key(fields: "id") { id: ID! stars: Int }`),
  ]);
  assert.match(sdl, /BOOKS @join__graph\(name: "books", url: "http:\/\/books\.test\/graphql"\)/);
  assert.match(sdl, /stars: Int @join__field\(graph: REVIEWS\)/);
});

test("schemas that don't fit are refused in composition's own words, with the places they are about", () => {
  const books = subgraph(
    'books',
    `${LINK}type Query { book: Book }\ntype Book @key(fields: "id") { id: ID! title: String }`,
  );
  const reviews = subgraph('reviews', `${LINK}type Book @key(fields: "id") { id: ID! title: Int }`);
  assert.throws(
    () => compose([books, reviews]),
    (error: Error) => {
      assert.match(error.message, /FIELD_TYPE_MISMATCH: .*"Book\.title"/);
      assert.match(error.message, /sdl of books:3/);
      assert.match(error.message, /sdl of reviews:2/);
      return true;
    },
  );
});

test('a schema that is no GraphQL is refused with its line', () => {
  assert.throws(
    () => compose([subgraph('books', 'type Query {\n  book Book\n}')]),
    /books can't be read: .*sdl of books:2/,
  );
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildSchema, parse, validate } from 'graphql';
import { firstQuery } from './first-query.ts';

function check(sdl: string): string {
  const schema = buildSchema(sdl);
  const query = firstQuery(schema);
  assert.deepEqual(validate(schema, parse(query)), []);
  return query.replace(/\s+/g, ' ').trim();
}

test('shows the first root field that needs no argument, with its fields', () => {
  const query = check(`
    type Query { book(id: ID!): Book  books(first: Int = 5): [Book!]! }
    type Book { id: ID! title: String author: Author price(currency: String!): Int }
    type Author { name: String books: [Book] }
  `);
  assert.equal(query, 'query FirstQuery { books { id title author { name } } }');
});

test('is valid for any graph', () => {
  assert.equal(check('type Query { version: String }'), 'query FirstQuery { version }');
  assert.equal(check('type Query { book(id: ID!): String }'), 'query FirstQuery { __typename }');
  assert.match(
    check('type Query { node: Node  thing: Thing } interface Node { id: ID! } type Thing { a(x: Int!): Int }'),
    /^query/,
  );
});

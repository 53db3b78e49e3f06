import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { assertSame } from './testing/assert-same.ts';
import { Federation } from './testing/federation.ts';

// Operations that @apollo/gateway 2.14 answers wrongly, with status 200 and no error.

test('uses the resolvable key of a type that has another one before it', async () => {
  const data = { Product: [{ __typename: 'Product', id: 'p1', upc: 'u1', weight: 3, name: 'Pen' }] };
  const federation = new Federation({
    subgraphs: {
      stock: `
        type Query { product: Product }
        type Product @key(fields: "id") @key(fields: "upc") { id: ID! upc: ID! weight: Int }`,
      catalogue: `
        type Query { top: Product }
        type Product @key(fields: "upc", resolvable: false) @key(fields: "id") {
          id: ID! upc: ID! @shareable name: String weight: Int @external shipping: Int @requires(fields: "weight")
        }`,
    },
    data,
    resolvers: {
      Query: { product: () => data.Product[0], top: () => data.Product[0] },
      Product: { shipping: ({ weight }) => Number(weight) * 2 },
    },
  });
  await assertSame(federation, '{ top { shipping name } product { shipping name } }');
  const entityCalls = federation.calls.filter(({ variables }) => variables.representations);
  assert.ok(
    entityCalls.every(({ subgraph, variables }) => subgraph !== 'catalogue' || /"id"/.test(JSON.stringify(variables))),
  );
});

describe('an interface without implementations', () => {
  test('is null with an error if a subgraph returns an object', async () => {
    const federation = new Federation({
      subgraphs: { nodes: 'type Query { node: Node list: [Node!]! other: Int } interface Node { id: ID! }' },
      resolvers: { Query: { node: () => ({ id: '1' }), list: () => [], other: () => 2 } },
    });
    await assertSame(federation, '{ node { id } other }');
    await assertSame(federation, '{ node { id } }');
    await assertSame(federation, '{ list { id } other }');
  });

  // The audit's non-resolvable-interface-object: https://github.com/graphql-hive/federation-gateway-audit
  test('has its fields behind an @interfaceObject, but no type name', async () => {
    const federation = new Federation({
      subgraphs: {
        a: 'type Query { other: Int } interface Node @key(fields: "id") { id: ID! }',
        b: 'type Query { node: Node list: [Node!] } type Node @interfaceObject @key(fields: "id") { id: ID! x: Int }',
      },
      resolvers: { Query: { node: () => ({ id: '1', x: 3 }), list: () => [{ id: '1' }], other: () => 2 } },
    });
    const query = '{ node { i: id ... on Node { x } } list { id } other }';
    const { data, errors } = await federation.execute(query);
    assert.deepEqual([data, errors], [{ node: { i: '1', x: 3 }, list: [{ id: '1' }], other: 2 }, undefined]);
    await assert.rejects(federation.execute('{ node { __typename } }'), /Node.__typename/);
  });
});

describe('@requires of a field with arguments', () => {
  const count = (name: string, all: number) => (post: Record<string, unknown>) =>
    Array.isArray(post[name]) ? post[name].length : all;
  const federation = new Federation({
    subgraphs: {
      posts: `
        type Query { posts: [Post] }
        type Post @key(fields: "id") { id: ID! comments(limit: Int = 9): [Comment] author: Author }
        type Comment @shareable { id: ID! }
        type Author @key(fields: "id") { id: ID! name: String posts(first: Int): [ID] }`,
      statistics: `
        type Post @key(fields: "id") {
          id: ID!
          comments(limit: Int = 9): [Comment] @external
          author: Author @external
          one: Int @requires(fields: "comments(limit: 1) { id }")
          three: Int @requires(fields: "comments(limit: 3) { id }")
          all: Int @requires(fields: "comments { id }")
          byAuthor: Int @requires(fields: "author { posts(first: 2) }")
        }
        type Comment @shareable { id: ID! }
        type Author @key(fields: "id") { id: ID! posts(first: Int): [ID] @external }`,
    },
    data: {
      Post: [
        { __typename: 'Post', id: '1' },
        { __typename: 'Post', id: '2' },
      ],
    },
    resolvers: {
      Query: { posts: () => ['1', '2'].map((id) => ({ __typename: 'Post', id })) },
      Author: { posts: (_, { first }) => Array.from({ length: Number(first) }, (_, index) => `p${index}`) },
      Post: {
        comments: (_, { limit }) => Array.from({ length: Number(limit) }, (_, index) => ({ id: `c${index}` })),
        author: () => ({ __typename: 'Author', id: 'a', name: 'Ann' }),
        one: count('comments', 1),
        three: count('comments', 3),
        all: count('comments', 9),
        byAuthor: ({ author }) => (author ? count('posts', -1)(Object(author)) : 2),
      },
    },
  });
  for (const query of [
    '{ posts { comments(limit: 2) { id } three } }',
    '{ posts { three comments(limit: 1) { id } } }',
    '{ posts { three c: comments(limit: 1) { id } comments: id } }',
    '{ posts { one comments { id } } }',
    '{ posts { one three all } }',
    'query ($n: Int, $s: Boolean = false) { posts { one all @skip(if: $s) comments(limit: $n) { id } } }',
    '{ posts { byAuthor author { name posts(first: 1) } three id: one } }',
  ]) {
    test(query, async () => void (await assertSame(federation, query, { n: 4 })));
  }

  test('adds no field to the API schema', async () => {
    const { data } = await federation.execute('{ __type(name: "Post") { fields { name } } }');
    assert.doesNotMatch(JSON.stringify(data), /required/);
  });
});

test('fetches a field beside a skipped one that requires more', async () => {
  const data = { Item: [{ __typename: 'Item', id: '1', width: 2, height: 3 }] };
  const federation = new Federation({
    subgraphs: {
      sizes: 'type Query { items: [Item] } type Item @key(fields: "id") { id: ID! width: Int height: Int }',
      texts: `type Item @key(fields: "id") {
        id: ID! width: Int @external height: Int @external
        wide: String @requires(fields: "width") high: String @requires(fields: "height")
      }`,
    },
    data,
    resolvers: {
      Query: { items: () => data.Item },
      Item: { wide: ({ width }) => `wide ${width}`, high: ({ height }) => `high ${height}` },
    },
  });
  const query = 'query ($s: Boolean!) { items { wide high @skip(if: $s) } }';
  await assertSame(federation, query, { s: true });
  await assertSame(federation, query, { s: false });
});

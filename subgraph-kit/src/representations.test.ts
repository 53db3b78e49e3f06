import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { graphql, parse } from 'graphql';
import { checkRepresentations } from './representations.ts';
import { operationWith } from './testing/operation.ts';

const typeDefs = parse(`
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])
  type Query { book: Book author: Author }
  type Book @key(fields: "id") { id: ID! }
  type Author { id: ID! }
`);
const schema = buildSubgraphSchema([
  { typeDefs, resolvers: { Book: { __resolveReference: ({ id }: { id: string }) => ({ id }) } } },
]);
checkRepresentations(schema);

function entities(representations: unknown) {
  const source = 'query ($r: [_Any!]!) { _entities(representations: $r) { ... on Book { id } } }';
  return graphql({ schema, source, contextValue: operationWith(3), variableValues: { r: representations } });
}

test('a representation of an entity is resolved', async () => {
  const { data, errors } = await entities([{ __typename: 'Book', id: '1' }]);
  assert.deepEqual([JSON.stringify(data), errors], ['{"_entities":[{"id":"1"}]}', undefined]);
});

for (const wrong of [{}, 5, 'Book', [[]], { __typename: 'Nothing' }, { __typename: 'Author' }, { __typename: 'ID' }]) {
  test(`${JSON.stringify(wrong)} represents nothing, and the caller is told so`, async () => {
    const { errors } = await entities([{ __typename: 'Book', id: '1' }, wrong]);
    assert.deepEqual(errors?.[0]?.extensions, { argument: 'representations', code: 'BAD_USER_INPUT' });
  });
}

for (const __typename of [5, null, ['Book'], { toString: 1 }]) {
  test(`the name of a type is no ${JSON.stringify(__typename)}`, async () => {
    const { errors } = await entities([{ __typename, id: '1' }]);
    assert.equal(errors?.[0]?.extensions.code, 'BAD_USER_INPUT');
  });
}

test('more representations than the operation may make objects are refused before one is resolved', async () => {
  const { errors } = await entities(Array(4).fill({ __typename: 'Book', id: '1' }));
  assert.equal(errors?.[0]?.extensions.code, 'OPERATION_LIMIT_EXCEEDED');
});

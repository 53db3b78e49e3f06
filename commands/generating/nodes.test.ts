import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { generateNodes, listNodeOwners } from './nodes.ts';

const LIBRARY = `type Query { node(id: ID!): Node }
interface Node { nodeId: ID! }
type Loan implements Node @key(fields: "id") { id: ID! nodeId: ID! }
type Reader @key(fields: "id") { id: ID! loans: [Loan] }

# Nodes of other subgraphs. \`npm run codegen\` writes what follows.
`;
const READERS = 'type Reader implements Node @key(fields: "id") { id: ID! nodeId: ID! @shareable }';
const BOOKS = 'type Shelf { id: ID! } type Book implements Node @key(fields: "id") { id: ID! nodeId: ID! @shareable }';

const generate = (library = LIBRARY) =>
  generateNodes(
    new Map([
      ['readers', READERS],
      ['library', library],
      ['books', BOOKS],
    ]),
  );

describe('the nodes that codegen writes', () => {
  test('are those of all subgraphs, as stubs or as extensions of types that the schema declares', () => {
    assert.equal(
      generate()?.schema,
      `${LIBRARY}
type Book implements Node @key(fields: "id", resolvable: false) {
  id: ID!
  nodeId: ID! @shareable
}

extend type Reader implements Node {
  nodeId: ID! @shareable
}
`,
    );
  });

  test('name their owners, beside what the subgraph calls for other reasons', () => {
    const { subgraph, owners, nodeOwners } = generate() ?? {};
    assert.equal(subgraph, 'library');
    assert.match(owners ?? '', /\{\n {2}Book: 'books',\n {2}Loan: 'library',\n {2}Reader: 'readers',\n\} as const;/);
    assert.deepEqual(nodeOwners, ['books', 'readers']);
    assert.equal(
      listNodeOwners(
        '{ "config": { "calls": ["mail"], "nodeOwners": ["gone"] }, "name": "library" }',
        nodeOwners ?? [],
      ),
      `${JSON.stringify({ config: { calls: ['mail'], nodeOwners: ['books', 'readers'] }, name: 'library' }, null, 2)}\n`,
    );
  });

  test('are the same when they are written again', () => {
    assert.deepEqual(generate(generate()?.schema), generate());
  });

  test('have one owner each', () => {
    const schemas = new Map([
      ['library', LIBRARY],
      ['readers', READERS],
      ['ratings', 'extend type Reader implements Node { nodeId: ID! @shareable rating: Int }'],
    ]);
    assert.throws(() => generateNodes(schemas), {
      message: 'type Reader: both readers and ratings say that it implements Node; only its owner may',
    });
  });

  test('are written nowhere if no schema has the line for them', () => {
    assert.equal(generateNodes(new Map([['books', BOOKS]])), undefined);
  });
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openInThread } from '../../supergraph/testing/open-in-thread.ts';
import { graphData } from './graph-data.ts';

const LINK =
  'extend schema @link(url: "https://specs.apollo.dev/federation/v2.7", import: ["@key", "@external", "@requires", "@override", "@inaccessible", "@shareable"])';
const SHOP = `${LINK}
  type Query { items(first: Int! = 50): [Item!]! }
  "What is sold."
  type Item @key(fields: "id") { id: ID! price: Int  secret: Int @inaccessible  size: Size  old: Int @deprecated(reason: "Use price.") }
  enum Size { S M }
  union Any = Item`;
const STORE = `${LINK}
  type Item @key(fields: "id") { id: ID! price: Int @external  fee: Int @requires(fields: "price")  size: Size @override(from: "shop") }
  enum Size { S M }`;

test('shows what clients see, with the subgraphs that resolve it', async () => {
  const named = Object.entries({ shop: SHOP, store: STORE });
  const schemas = named.map(([name, sdl]) => ({ name, sdl, routingUrl: 'http://127.0.0.1:1/', origin: name }));
  const { supergraphSdl, apiSchema } = await openInThread(schemas);
  const types = graphData(supergraphSdl, apiSchema);
  const item = types.find(({ name }) => name === 'Item');
  assert.deepEqual([item?.kind, item?.owners, item?.description], ['type', ['shop', 'store'], 'What is sold.']);
  assert.deepEqual(
    item?.members.map(({ name, type, owners }) => [name, type, owners]),
    [
      ['id', 'ID!', ['shop', 'store']],
      ['price', 'Int', ['shop']],
      ['size', 'Size', ['store']],
      ['old', 'Int', ['shop']],
      ['fee', 'Int', ['store']],
    ],
  );
  assert.equal(item?.members[3]?.deprecated, 'Use price.');
  assert.deepEqual(types.find(({ name }) => name === 'Query')?.members, [
    { name: 'items(first: Int! = 50)', owners: ['shop'], type: '[Item!]!' },
  ]);
  assert.deepEqual(
    types.find(({ name }) => name === 'Any')?.members.map(({ name }) => name),
    ['Item'],
  );
  assert.deepEqual(
    types.find(({ name }) => name === 'Size')?.members.map(({ name }) => name),
    ['S', 'M'],
  );
  assert.doesNotMatch(JSON.stringify(types), /secret|join__/);
});

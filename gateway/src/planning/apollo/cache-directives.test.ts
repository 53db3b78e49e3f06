import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compose } from '../compose.ts';
import { OperationPlanner } from './operation-planner.ts';

const sdl = (body: string) =>
  `extend schema @link(url: "https://specs.apollo.dev/federation/v2.12", import: ["@key", { name: "@cacheTag", as: "@tagged" }]) ${body}`;

test('reads the keys of entities and the tags of each subgraph', () => {
  const supergraph = compose([
    {
      name: 'the books',
      routingUrl: 'http://127.0.0.1:9/',
      origin: 'the test',
      sdl: sdl(`type Query { book(id: ID): Book @tagged(format: "b-{$args.id}") @tagged(format: "books") plain: Plain }
        type Plain { a: Int }
        type Book @key(fields: "id at { x }") @key(fields: "code") @tagged(format: "{$key.id}") { id: ID at: At code: ID }
        type At { x: Int }`),
    },
    {
      name: 'prices',
      routingUrl: 'http://127.0.0.1:9/',
      origin: 'the test',
      sdl: sdl('type Book @key(fields: "code") @tagged(format: "p") { code: ID price: Int }'),
    },
  ]);
  const { entityKeys, cacheTags } = new OperationPlanner(supergraph).directives;
  const byText = (one: object, other: object) => JSON.stringify(one).localeCompare(JSON.stringify(other));
  assert.deepEqual([...entityKeys.keys()], ['Book']);
  assert.deepEqual([...(entityKeys.get('Book') ?? [])].sort(byText), [
    { subgraph: 'prices', fields: ['code'] },
    { subgraph: 'the books', fields: ['code'] },
    { subgraph: 'the books', fields: ['id', 'at.x'] },
  ]);
  const tags = cacheTags.map(({ subgraph, type, field, format }) => [subgraph, type, field, format].join());
  assert.deepEqual(tags.sort(), [
    'prices,Book,,p',
    'the books,Book,,{$key.id}',
    'the books,Query,book,b-{$args.id}',
    'the books,Query,book,books',
  ]);
});

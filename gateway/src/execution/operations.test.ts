import assert from 'node:assert/strict';
import { test } from 'node:test';
import { composeServices } from '@apollo/composition';
import { parse } from 'graphql';
import { CompiledOperation } from './compiled-operation.ts';
import { type ClientOperation, Operations } from './operations.ts';
import { UncompilableOperation } from './uncompilable-operation.ts';

function composed(sdl: string, imports = '"@key"'): string {
  const link = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: [${imports}])\n`;
  const { supergraphSdl, errors } = composeServices([
    { name: 'books', url: 'http://books', typeDefs: parse(link + sdl) },
  ]);
  if (errors) throw new Error(String(errors));
  return supergraphSdl;
}

function operation(source: string, operationName?: string): ClientOperation {
  return { document: parse(source), source, queryHash: source, operationName };
}

const BOOKS = composed('type Query { book: Book } type Book @key(fields: "id") { id: ID! title: String }');

test('an operation is compiled once', () => {
  const operations = new Operations(BOOKS);
  const first = operations.get(operation('{ book { id } }'));
  assert.ok(first instanceof CompiledOperation);
  assert.equal(operations.get(operation('{ book { id } }')), first);
});

test('the operations of one document are told by their names', () => {
  const operations = new Operations(BOOKS);
  const source = 'query A { book { id } } query B { book { title } }';
  assert.notEqual(operations.get(operation(source, 'A')), operations.get(operation(source, 'B')));
});

test('what was used before is compiled before it is asked for, unless it is no longer valid', async () => {
  const before = new Operations(BOOKS);
  for (const source of ['{ book { id } }', '{ book { title } }']) before.get(operation(source));
  const after = new Operations(composed('type Query { book: Book } type Book @key(fields: "id") { id: ID! }'));
  await after.warmUp(before);
  assert.deepEqual(after.known(), ['{ book { id } }']);
});

test('a plan that can’t be compiled is told, and why', () => {
  const operations = new Operations(composed('type Query { a: Int } type Subscription { ticks: Int }'));
  const refused = operations.get(operation('subscription { ticks }'));
  assert.ok(refused instanceof UncompilableOperation);
  assert.match(refused.reason, /subscription/i);
});

test('a supergraph with a feature that nothing enforces is not loaded', () => {
  const feature = '@link(url: "https://specs.example/secrecy/v0.1", for: SECURITY)';
  const sdl = BOOKS.replace('schema\n', `schema\n  ${feature}\n`);
  assert.throws(() => new Operations(sdl), /secrecy/);
});

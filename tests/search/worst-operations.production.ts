import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Random } from '@lockstep/gateway/operations/testing/random.ts';
import { buildSchema, parse, validate } from 'graphql';
import { corpus } from './corpus.ts';
import { bytesOf, printDocument } from './operations/document.ts';
import { Mutations } from './operations/mutations.ts';
import { parseDocument } from './operations/parsed-document.ts';
import { renamed } from './processes/attack.ts';

const schema = buildSchema(`
  type Query { all(first: Int! = 5, ids: [ID!], by: Filter): [Thing!]! any: Any }
  input Filter { not: Filter text: String! }
  interface Thing { id: ID! next: Thing }
  type A implements Thing { id: ID! next: Thing a: String }
  type B implements Thing { id: ID! next: Thing b: Any }
  union Any = A | B`);

test('a third of the changes of an operation give another valid one', () => {
  const mutations = new Mutations(new Random(1), schema);
  let document = mutations.random();
  const valid = new Set<string>();
  for (let count = 0; count < 100; count++) {
    const changed = mutations.mutate(document, mutations.random());
    const operation = printDocument(changed);
    if (bytesOf(operation) > 1024 || validate(schema, parse(operation.query)).length > 0) continue;
    valid.add(operation.query);
    document = changed;
  }
  assert.ok(valid.size > 30, `${valid.size} of 100`);
});

test('every known attack has at most 1 KB, survives being parsed and printed, and can be given another name', () => {
  for (const { operation } of corpus) {
    assert.ok(bytesOf(operation) <= 1024, operation.query);
    const printed = printDocument(parseDocument(operation));
    assert.deepEqual(printDocument(parseDocument(printed)), printed);
    assert.match(renamed(operation, 'Other').query, /^[^{]*\b(query|mutation) Other\b/);
  }
});

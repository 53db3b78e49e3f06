import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildSchema, parse, validate } from 'graphql';
import { coordinatesOf, givenCoordinates } from './coordinates.ts';

const schema = buildSchema(`
  type Query { items(by: Filter, order: Order = NAME, first: Int): [Item!]! named: [Named!]! }
  interface Named { name: String! }
  type Item implements Named { id: ID! name: String! related(first: Int): [Item!] }
  input Filter { not: Filter any: [Filter!] text: String order: Order }
  enum Order { NAME AGE }`);

function used(text: string, operationName?: string): string[] {
  const document = parse(text);
  assert.deepEqual(validate(schema, document), []);
  return coordinatesOf(schema, document, operationName);
}

test('an operation uses its fields, arguments, input fields, enum values and the types it names', () => {
  assert.deepEqual(
    used('{ __typename a: items(by: { not: { text: "x" } }, order: AGE) { related(first: 1) { id } } }'),
    [
      'Filter.not',
      'Filter.text',
      'Item.id',
      'Item.related',
      'Item.related(first:)',
      'Order.AGE',
      'Query.items',
      'Query.items(by:)',
      'Query.items(order:)',
    ],
  );
  assert.deepEqual(
    used('query ($by: Filter!) { items(by: $by) { id @skip(if: false) } named { ... on Item { id } name } }'),
    ['Filter', 'Item', 'Item.id', 'Named.name', 'Query.items', 'Query.items(by:)', 'Query.named'],
  );
});

test('an operation uses the fragments that it spreads, and nothing of the other operations in its document', () => {
  const text = `query A { named { ...F } } query B { items { ...G } }
    fragment F on Named { name } fragment G on Item { id ...H } fragment H on Item { related { id } }`;
  assert.deepEqual(used(text, 'A'), ['Named', 'Named.name', 'Query.named']);
  assert.deepEqual(used(text, 'B'), ['Item', 'Item.id', 'Item.related', 'Query.items']);
});

test('a request uses the input fields and enum values that its variables give', () => {
  const document = parse(
    'query ($by: [Filter!], $order: Order, $first: Int) { items(order: $order, first: $first) { id } }',
  );
  const given = givenCoordinates(schema, document, undefined);
  const coordinates = (variables: Record<string, unknown>) => [...(given?.(variables) ?? [])].sort();
  assert.deepEqual(coordinates({ first: 1 }), []);
  assert.deepEqual(coordinates({ order: 'AGE', by: null }), ['Order.AGE']);
  const any = [{ text: 'x', other: 1 }, { not: { order: 'NAME' } }];
  assert.deepEqual(coordinates({ by: [{ any }] }), [
    'Filter.any',
    'Filter.not',
    'Filter.order',
    'Filter.text',
    'Order.NAME',
  ]);
  assert.deepEqual(
    coordinates({ by: { any: { text: 'x' } } }),
    ['Filter.any', 'Filter.text'],
    'an item stands for its list',
  );
});

test('nothing is looked up in the variables of an operation that has no such input', () => {
  assert.equal(
    givenCoordinates(schema, parse('query ($first: Int) { items(first: $first) { id } }'), undefined),
    undefined,
  );
});

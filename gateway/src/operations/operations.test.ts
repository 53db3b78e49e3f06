import assert from 'node:assert/strict';
import { test } from 'node:test';
import { composeServices } from '@apollo/composition';
import {
  type GraphQLObjectType,
  getIntrospectionQuery,
  getNamedType,
  isIntrospectionType,
  isLeafType,
  isObjectType,
  parse,
  validate,
} from 'graphql';
import type { ClientOperation } from './client-operation.ts';
import { CompiledOperation } from './compiled-operation.ts';
import { Operations } from './operations.ts';
import { UncompilableOperation } from './uncompilable-operation.ts';

function composed(sdl: string, imports = '"@key"'): Planner {
  const link = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: [${imports}])\n`;
  const { supergraphSdl, errors } = composeServices([
    { name: 'books', url: 'http://books', typeDefs: parse(link + sdl) },
  ]);
  if (errors) throw new Error(String(errors));
  return new OperationPlanner(supergraphSdl);
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

test('the operations that were used longest ago are forgotten where all are too long together', () => {
  const operations = new Operations(BOOKS);
  const long = (field: string) => operation(`{ book { ${field} } }`.padEnd(900_000));
  const first = operations.get(long('id'));
  const second = operations.get(long('title'));
  assert.equal(operations.get(long('id')), first);
  operations.get(long('id title'));
  assert.equal(operations.get(long('id')), first);
  assert.notEqual(operations.get(long('title')), second);
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

test('values are nested as deep as they may be, and it takes no time', () => {
  const filters = 'scalar JSON input Filter { all: [Filter!] } type Query { find(by: Filter, like: JSON): Int }';
  const operations = new Operations(composed(filters));
  const nested = [
    ['like: ', '[', ']'],
    ['like: ', '{ a: [', ']}'],
    ['by: ', '{ all: [', ']}'],
  ] as const;
  for (const [argument, open, close] of nested) {
    const value = open.repeat(200) + close.repeat(200);
    const start = performance.now();
    assert.ok(operations.get(operation(`{ find(${argument}${value}) }`)) instanceof CompiledOperation);
    assert.ok(performance.now() - start < 2000, value.slice(0, 20));
  }
});

test('variables are found wherever they are in a value', () => {
  const operations = new Operations(composed('scalar JSON type Query { find(like: JSON): Int }'));
  const source = 'query ($a: Int, $b: Int) { find(like: [1, [{ x: $a }, null, [$b]]]) }';
  const compiled = operations.get(operation(source));
  assert.ok(compiled instanceof CompiledOperation);
  const { queryPlan } = operations.planner.plan(parse(source));
  assert.deepEqual(queryPlan.node?.kind === 'Fetch' && queryPlan.node.variableUsages, ['a', 'b']);
});

test('introspection is planned with all that graphql-js has of it', () => {
  const operations = new Operations(BOOKS);
  const options = {
    ...{ descriptions: true, specifiedByUrl: true, directiveIsRepeatable: true },
    ...{ schemaDescription: true, inputValueDeprecation: true, oneOf: true },
  };
  assert.ok(operations.get(operation(getIntrospectionQuery(options))) instanceof CompiledOperation);
  const fields = Object.values(operations.planner.apiSchema.getTypeMap())
    .filter((type): type is GraphQLObjectType => isIntrospectionType(type) && isObjectType(type))
    .flatMap((type) => Object.values(type.getFields()).map((field) => ({ type: type.name, field })));
  const fragments = fields.map(({ type, field }, index) => {
    const inner = isLeafType(getNamedType(field.type)) ? '' : '{ __typename }';
    return `fragment F${index} on ${type} { ${field.name} ${inner} }`;
  });
  const named = (name: string) =>
    fields.flatMap(({ type }, index) => (type === name ? [`...F${index}`] : [])).join(' ');
  const source = `{ __schema { ${named('__Schema')} types { ${named('__Type')} fields { ${named('__Field')} }
    inputFields { ${named('__InputValue')} } enumValues { ${named('__EnumValue')} } }
    directives { ${named('__Directive')} } } } ${fragments.join(' ')}`;
  assert.deepEqual(validate(operations.planner.apiSchema, parse(source)), []);
  assert.ok(operations.get(operation(source)) instanceof CompiledOperation);
});

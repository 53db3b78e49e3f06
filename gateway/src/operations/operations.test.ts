import assert from 'node:assert/strict';
import { test } from 'node:test';
import { composeServices } from '@apollo/composition';
import { ExpectedError } from '@lockstep/runtime/graphql/errors.ts';
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
import { InvalidPlanError } from '../planning/invalid-plan-error.ts';
import { loadPlanner } from '../planning/load-planner.ts';
import { OperationTooComplexError } from '../planning/operation-too-complex-error.ts';
import { UnplannableOperationError } from '../planning/unplannable-operation-error.ts';
import { RejectionCounts } from '../telemetry/rejection-counts.ts';
import type { ClientOperation } from './client-operation.ts';
import { CompiledOperation } from './compiled-operation.ts';
import { Operations } from './operations.ts';
import { UnsupportedOperation } from './unsupported-operation.ts';

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

const BOOKS_SDL = composed('type Query { book: Book } type Book @key(fields: "id") { id: ID! title: String }');
const BOOKS = await loadPlanner(BOOKS_SDL);

test('plans an operation once for all requests that come together, and finds it at once from then on', async (t) => {
  const operations = new Operations(BOOKS);
  const plan = t.mock.method(BOOKS, 'plan');
  const [first, second] = await Promise.all([0, 1].map(() => operations.get(operation('{ book { id } }'))));
  assert.ok(first instanceof CompiledOperation);
  assert.equal(second, first);
  assert.equal(operations.get(operation('{ book { id } }')), first);
  assert.equal(plan.mock.callCount(), 1);
});

test('gives an operation up when the last request for it has left, and compiles it for one that comes at that moment', async () => {
  const signals: (AbortSignal | undefined)[] = [];
  const plan: typeof BOOKS.plan = ({ signal, ...request }) => {
    signals.push(signal);
    const waiting = Promise.withResolvers<Awaited<ReturnType<typeof BOOKS.plan>>>();
    signal?.addEventListener('abort', () => waiting.reject(signal.reason));
    return signals.length === 1 ? waiting.promise : BOOKS.plan(request);
  };
  const operations = new Operations({ ...BOOKS, plan });
  const clients = [new AbortController(), new AbortController()];
  const waiting = clients.map(async (client) => operations.get(operation('{ book { id } }'), client));
  const left = waiting.map((request) => assert.rejects(request, { message: 'The client has left' }));
  clients[0]?.abort();
  await left[0];
  assert.equal(signals[0]?.aborted, false);
  const late = Promise.withResolvers<unknown>();
  signals[0]?.addEventListener('abort', () => late.resolve(operations.get(operation('{ book { id } }'))));
  clients[1]?.abort();
  await left[1];
  assert.ok((await late.promise) instanceof CompiledOperation);
  assert.equal(signals.length, 2);
});

test('counts the requests that are refused because too many operations wait to be planned', async () => {
  const overloaded = () => Promise.reject(new ExpectedError('OVERLOADED', 'Already 500 operations wait to be planned'));
  const refusals = new RejectionCounts();
  const operations = new Operations({ ...BOOKS, plan: overloaded }, { refusals });
  const waiting = [0, 1].map(async () => operations.get(operation('{ book { id } }')));
  await Promise.allSettled(waiting);
  assert.deepEqual(refusals.all(), [{ rule: 'OVERLOADED', outcome: 'refused', count: 2 }]);
});

test('tells the operations of one document apart by name', async () => {
  const operations = new Operations(BOOKS);
  const source = 'query A { book { id } } query B { book { title } }';
  assert.notEqual(await operations.get(operation(source, 'A')), await operations.get(operation(source, 'B')));
});

test('evicts the least recently used operations beyond the size limit', async () => {
  const operations = new Operations(BOOKS, { maxBytes: 5_000_000 });
  const long = (field: string) => operation(`{ book { ${field} } }`.padEnd(900_000));
  const first = await operations.get(long('id'));
  const second = await operations.get(long('title'));
  assert.equal(await operations.get(long('id')), first);
  await operations.get(long('id title'));
  assert.equal(await operations.get(long('id')), first);
  assert.notEqual(await operations.get(long('title')), second);
});

test('compiles the most used operations of the supergraph before, unless they are no longer valid', async () => {
  const before = new Operations(BOOKS);
  for (const source of ['{ book { id } }', '{ book { title } }']) await before.get(operation(source));
  const after = new Operations(
    await loadPlanner(composed('type Query { book: Book } type Book @key(fields: "id") { id: ID! }')),
  );
  await after.warmUp(before);
  assert.deepEqual(after.known(), ['{ book { id } }']);
});

test('has an error for the client and a reason for the log if an operation has no plan', async () => {
  const plan = () => Promise.reject(new UnplannableOperationError(new Error('no edge')));
  const operations = new Operations({ ...BOOKS, plan });
  const found = await operations.get(operation('{ book { id } }'));
  assert.ok(found instanceof UnsupportedOperation);
  assert.match(found.reason, /no edge/);
  assert.deepEqual(found.error.extensions, { code: 'OPERATION_NOT_SUPPORTED', http: { status: 500 } });
  assert.doesNotMatch(found.error.message, /edge/);
});

test('plans an operation once that is too complex, and not again for the next supergraph', async () => {
  let plans = 0;
  const plan = () => {
    plans += 1;
    return Promise.reject(new OperationTooComplexError('planning it takes more than 1000 ms'));
  };
  const operations = new Operations({ ...BOOKS, plan });
  await operations.get(operation('{ book { id } }'));
  const found = await operations.get(operation('{ book { id } }'));
  assert.ok(found instanceof UnsupportedOperation);
  assert.match(found.reason, /1000 ms/);
  assert.deepEqual(found.error.extensions, { code: 'OPERATION_TOO_COMPLEX', http: { status: 400 } });
  await new Operations({ ...BOOKS, plan }).warmUp(operations);
  assert.equal(plans, 1);
});

test('names the field that has no plan, unless it is not in the schema that clients see', async () => {
  for (const [coordinate, isNamed] of [
    ['Book.title', true],
    ['Book.hidden', false],
  ] as const) {
    const plan = () => Promise.reject(new InvalidPlanError(coordinate, 'is @external in the subgraph "books"'));
    const found = await new Operations({ ...BOOKS, plan }).get(operation('{ book { title } }'));
    assert.ok(found instanceof UnsupportedOperation);
    assert.equal(found.error.message.includes(coordinate), isNamed);
  }
});

test('does not plan a subscription', async (t) => {
  const planner = await loadPlanner(composed('type Query { a: Int } type Subscription { ticks: Int }'));
  const plan = t.mock.method(planner, 'plan');
  const found = await new Operations(planner).get(operation('subscription { ticks }'));
  assert.ok(found instanceof UnsupportedOperation);
  assert.equal(found.error.message, 'Subscriptions are not supported; query again for changes');
  assert.equal(plan.mock.callCount(), 0);
});

test('does not load a supergraph with a feature that nothing enforces', async () => {
  const feature = '@link(url: "https://specs.example/secrecy/v0.1", for: SECURITY)';
  const sdl = BOOKS_SDL.replace('schema\n', `schema\n  ${feature}\n`);
  await assert.rejects(loadPlanner(sdl), /secrecy/);
});

test('plans deeply nested values in little time', async () => {
  const filters = 'scalar JSON input Filter { all: [Filter!] } type Query { find(by: Filter, like: JSON): Int }';
  const operations = new Operations(await loadPlanner(composed(filters)));
  const nested = [
    ['like: ', '[', ']'],
    ['like: ', '{ a: [', ']}'],
    ['by: ', '{ all: [', ']}'],
  ] as const;
  for (const [argument, open, close] of nested) {
    const value = open.repeat(200) + close.repeat(200);
    const start = performance.now();
    assert.ok((await operations.get(operation(`{ find(${argument}${value}) }`))) instanceof CompiledOperation);
    assert.ok(performance.now() - start < 2000, value.slice(0, 20));
  }
});

test('finds variables anywhere in a value', async () => {
  const operations = new Operations(await loadPlanner(composed('scalar JSON type Query { find(like: JSON): Int }')));
  const source = 'query ($a: Int, $b: Int) { find(like: [1, [{ x: $a }, null, [$b]]]) }';
  const compiled = await operations.get(operation(source));
  assert.ok(compiled instanceof CompiledOperation);
  const { queryPlan } = await operations.planner.plan({ document: parse(source) });
  assert.deepEqual(queryPlan.node?.kind === 'Fetch' && queryPlan.node.variableUsages, ['a', 'b']);
});

test('plans introspection with all fields that graphql-js has', async () => {
  const operations = new Operations(BOOKS);
  const options = {
    ...{ descriptions: true, specifiedByUrl: true, directiveIsRepeatable: true },
    ...{ schemaDescription: true, inputValueDeprecation: true, oneOf: true },
  };
  assert.ok((await operations.get(operation(getIntrospectionQuery(options)))) instanceof CompiledOperation);
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
  assert.ok((await operations.get(operation(source))) instanceof CompiledOperation);
});

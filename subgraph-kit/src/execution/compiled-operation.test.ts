import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  buildSchema,
  type ExecutionResult,
  execute,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  getIntrospectionQuery,
  parse,
  validate,
} from 'graphql';
import { operationWith } from '../testing/operation.ts';
import { CompiledOperation } from './compiled-operation.ts';

// Random schemas, data and operations: npm run test:properties.

const SDL = `
  directive @noted on FIELD
  scalar Odd
  enum Size { SMALL LARGE }
  input Point { x: Int! y: Int = 2 }
  interface Named { name: String }
  type Cat implements Named { name: String lives: Int! friends: [Named!] }
  type Dog implements Named { name: String barks: Boolean! }
  union Pet = Cat | Dog
  type Thing {
    id: ID! text: String int: Int size: Size odd: Odd must: String! list: [Int] matrix: [[Int!]] musts: [String!]!
    thing: Thing mustThing: Thing! things: [Thing] pet: Pet pets: [Pet] named: Named
    sum(a: Int! = 1, b: Int): Int point(at: Point = { x: 1 }): String odds(odd: Odd, list: [Int!]): String
  }
  type Query { thing(kind: String): Thing mustThing: Thing! echo(text: String!): String boom: Int }
  type Mutation { add(n: Int!): Int mustAdd(n: Int!): Int! later(n: Int!): Thing }
  type Subscription { tick: Int }
`;

/** Values that a resolver may return, by the argument of the field `thing`. */
const KINDS: Record<string, () => unknown> = {
  plain: () => ({ id: 1, text: 'text', int: 3, size: 'LARGE', odd: { a: 1 }, must: 'must', list: [1, null, 2] }),
  nothing: () => undefined,
  error: () => new Error('returned'),
  thrown: () => {
    throw new Error('thrown');
  },
  string: () => {
    throw 'no error';
  },
  rejected: async () => {
    throw new Error('rejected');
  },
  promise: async () => ({ id: 'p', text: Promise.resolve('later'), must: Promise.resolve(null) }),
  properties: () => ({
    id: () => 'method',
    text: async () => 'asynchronous method',
    get int() {
      throw new Error('getter');
    },
    must: new Error('an error as a value'),
    sum: ({ a, b }: { a: number; b?: number }) => a + (b ?? 0),
  }),
  wrong: () => ({ id: {}, int: 1.5, size: 'MEDIUM', odd: undefined, text: { toJSON: () => 'x' }, list: 'no list' }),
  holes: () => ({ list: new Set([1, 2]), matrix: [[1, null], null, [2], 'no'], musts: ['a', Promise.resolve(null)] }),
  late: () => ({
    get list() {
      return [Promise.resolve(1), Promise.reject(new Error('item')), new Error('item as value')];
    },
    matrix: Promise.resolve([[Promise.resolve(1)], Promise.resolve([null])]),
    things: [{ id: 1 }, Promise.resolve({ id: null }), { id: Promise.resolve(3) }],
  }),
  deep: () => ({ thing: { mustThing: { mustThing: { must: null, id: 4 } }, id: 3 }, id: 2 }),
  pets: () => ({
    pet: { __typename: 'Cat', name: 'Tom', lives: 9, friends: [{ __typename: 'Dog', name: 'Rex', barks: null }] },
    pets: [
      { __typename: 'Dog', name: 'Rex', barks: true },
      new Error('no pet'),
      null,
      { __typename: 'Bird' },
      { __typename: 'Thing' },
      { __typename: 'Size' },
      { __typename: 7 },
      {},
      Promise.resolve({ __typename: 'Cat', lives: Promise.resolve(7) }),
    ],
    named: { __typename: 'Cat', name: () => 'Felix' },
  }),
  race: () => ({ must: Promise.resolve(null), text: () => later(new Error('of an object that is null already')) }),
  slow: () => later({ id: 'slow' }),
  primitive: () => 'text',
  function: () => Object.assign(() => {}, { id: 'f', text: 'of a function' }),
};

async function later(value: unknown): Promise<unknown> {
  await new Promise((resolve) => setImmediate(resolve));
  if (value instanceof Error) throw value;
  return value;
}

const ALL = 'id text int size odd must list matrix musts';

/** Documents and their variables. */
const CASES: Record<string, [query: string, variables?: Record<string, unknown>][]> = {
  'values of every kind': Object.keys(KINDS).map((kind) => [
    `{ thing(kind: "${kind}") { ${ALL} pet { ...on Cat { name lives friends { name } } __typename }
       pets { ...on Cat { name lives } ...on Dog { barks } } named { name } things { id } thing { id } sum } }`,
  ]),
  'one field at a time, where another would null its object': Object.keys(KINDS).flatMap((kind) => [
    ...[...ALL.split(' '), 'sum', 'sum(b: 4)'].map((field): [string] => [`{ thing(kind: "${kind}") { ${field} } }`]),
    [`{ thing(kind: "${kind}") { pets { ...on Cat { name lives } ...on Dog { barks } __typename } } }`] as [string],
    [`{ thing(kind: "${kind}") { pet { ...on Cat { name lives friends { name } } } named { name } } }`] as [string],
    [`{ thing(kind: "${kind}") { things { id text } thing { mustThing { mustThing { id must } } } } }`] as [string],
  ]),
  'null as far up as it has to go': [
    ['{ mustThing { mustThing { must } } thing { id } }'],
    ['{ thing(kind: "deep") { id thing { id mustThing { mustThing { must } } } } echo(text: "x") }'],
    ['{ thing(kind: "race") { must text } slow: thing(kind: "slow") { thing { id } id } }'],
    [
      '{ thing(kind: "race") { must text } slow: thing(kind: "slow") { id } slower: thing(kind: "slow") { things { id } } }',
    ],
    ['{ boom mustThing { id } echo(text: "x") }'],
  ],
  'aliases, and fields asked for more than once': [
    [
      '{ a: thing(kind: "plain") { x: id y: id } b: thing(kind: "plain") { id ...T } a: thing(kind: "plain") { text thing { id } } } fragment T on Thing { id int thing { text } }',
    ],
    [
      '{ __proto__: echo(text: "p") constructor: echo(text: "c") then: echo(text: "t") toJSON: echo(text: "j") __typename }',
    ],
    ['{ thing(kind: "plain") { __typename t: __typename ...on Thing { ...on Thing { text } } ... { int } } }'],
  ],
  conditions: [true, false].flatMap((on): [string, Record<string, unknown>?][] => [
    [
      'query ($on: Boolean!, $off: Boolean = false) { thing(kind: "plain") { id @include(if: $on) text @skip(if: $on) ... @include(if: $on) { int } ...F @skip(if: $off) } } fragment F on Thing { size @include(if: $on) }',
      { on },
    ],
    [
      'query ($on: Boolean = true) { echo(text: "x") @skip(if: $on) thing(kind: "plain") { id @include(if: $on) } }',
      { on: on ? null : on },
    ],
    ['query ($on: Boolean!) { echo(text: "x") @include(if: $on) @noted }', {}],
    [`{ echo(text: "x") @include(if: ${on}) boom @skip(if: ${!on}) }`],
  ]),
  arguments: [
    ['query ($t: String!) { echo(text: $t) }', { t: 'x' }],
    ['query ($t: String!) { echo(text: $t) }', {}],
    ['query ($t: String!) { echo(text: $t) }', { t: null }],
    ['query ($t: String!) { echo(text: $t) }', { t: 5 }],
    ['query ($t: String = "d") { echo(text: $t) }', { t: null }],
    ['query ($t: String = "d") { echo(text: $t) }', {}],
    ['query ($b: Int) { thing(kind: "properties") { sum(b: $b) } }', { b: 4 }],
    ['query ($b: Int) { thing(kind: "properties") { sum(b: $b) } }'],
    [
      'query ($o: Odd, $n: Int!) { thing(kind: "plain") { odds(odd: { a: [$o, 1] }, list: [1, $n]) } }',
      { o: { z: 1 }, n: 3 },
    ],
    ['query ($p: Point) { thing(kind: "plain") { point(at: $p) } }', { p: { x: 3 } }],
    ['query ($p: Point) { thing(kind: "plain") { point(at: $p) } }', { p: { y: 3, z: 1 } }],
    ['{ thing(kind: "plain") { point a: point(at: { x: 5 }) b: point(at: null) odds(odd: { a: 1 }, list: 4) } }'],
  ],
  'many conditions': [0, 21, 63].map((bits): [string, Record<string, unknown>] => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f'];
    const fields = names.map((name) => `${name}: echo(text: "${name}") @skip(if: $${name})`);
    const values = Object.fromEntries(names.map((name, index) => [name, ((bits >> index) & 1) === 1]));
    return [`query (${names.map((name) => `$${name}: Boolean!`)}) { ${fields.join(' ')} }`, values];
  }),
  introspection: [
    [getIntrospectionQuery({ descriptions: true, inputValueDeprecation: true })],
    [
      '{ __schema { description } echo(text: "x") a: __type(name: "Cat") { name fields { name type { name } } } __typename }',
    ],
    ['query ($name: String!) { __type(name: $name) { name kind } }', { name: 'Nothing' }],
  ],
  'a subscription, as a query': [['subscription { tick }']],
  'mutations, one after the other': [
    ['mutation { a: add(n: 1) b: add(n: 2) later(n: 3) { id text } c: add(n: 4) }'],
    ['mutation { a: add(n: 1) b: mustAdd(n: -1) c: add(n: 4) }'],
    ['mutation { a: add(n: -1) b: add(n: -2) c: mustAdd(n: 4) __typename }'],
  ],
};

function schemaOf(log: string[]): GraphQLSchema {
  const schema = buildSchema(SDL);
  const add = async (_: unknown, { n }: { n: number }) => {
    log.push(`start ${n}`);
    await new Promise((resolve) => setImmediate(resolve));
    log.push(`end ${n}`);
    if (n < 0) throw new Error(`${n} is below 0`);
    return n;
  };
  const resolvers = {
    Query: {
      thing: (_: unknown, { kind }: { kind?: string }) => KINDS[kind ?? 'nothing']?.(),
      mustThing: () => ({ mustThing: { must: null } }),
      echo: (_: unknown, args: { text: string }) => {
        const { text } = args;
        args.text = 'changed'; // which must not be seen by the next request
        return text;
      },
      boom: (_: unknown, __: unknown, context: { word: string }) => Promise.reject(new Error(context.word)),
    },
    Thing: {
      point: (_: unknown, args: unknown) => JSON.stringify(args),
      odds: (_: unknown, args: unknown, __: unknown, info: GraphQLResolveInfo) => JSON.stringify([args, info]),
    },
    Mutation: { add, mustAdd: add, later: () => ({ id: 1, text: async () => 'later' }) },
  };
  for (const [typeName, fields] of Object.entries(resolvers)) {
    const type = schema.getType(typeName);
    if (!type || !('getFields' in type)) throw new Error(`no type ${typeName}`);
    for (const [name, resolve] of Object.entries(fields)) Object.assign(type.getFields()[name] ?? {}, { resolve });
  }
  return schema;
}

describe('a compiled operation gives what graphql-js gives:', () => {
  for (const [name, cases] of Object.entries(CASES)) {
    test(name, async () => {
      for (const [query, variables = {}] of cases) {
        const log: string[] = [];
        const schema = schemaOf(log);
        const document = parse(query);
        assert.deepEqual(validate(schema, document), [], query);
        const contextValue = { word: 'from the context', ...operationWith() };
        const expected = await execute({ schema, document, contextValue, variableValues: variables });
        const expectedLog = log.splice(0);
        const operation = CompiledOperation.of(schema, document);
        for (const time of ['once', 'once more']) {
          const actual = await operation?.execute(contextValue, variables);
          assert.equal(actual && written(actual), written(expected), `${query} ${time}`);
          assert.deepEqual(log.splice(0), expectedLog, query);
        }
      }
    });
  }
});

/** Returns a result as it would be sent. */
function written({ data, errors }: ExecutionResult): string {
  return JSON.stringify({ data, errors });
}

test('one operation is run with other values of its conditions', async () => {
  const query = 'query ($a: Boolean!, $b: Boolean!) { thing(kind: "plain") { id @include(if: $a) int @skip(if: $b) } }';
  const operation = CompiledOperation.of(schemaOf([]), parse(query));
  const run = async (a: boolean, b: boolean) =>
    JSON.stringify((await operation?.execute(operationWith(), { a, b }))?.data?.thing);
  for (const _ of ['once', 'once more']) {
    assert.equal(await run(true, false), '{"id":"1","int":3}');
    assert.equal(await run(false, false), '{"int":3}');
    assert.equal(await run(true, true), '{"id":"1"}');
    assert.equal(await run(false, true), '{}');
  }
});

test('compiles nothing for an operation that the document or the schema lacks', () => {
  const schema = schemaOf([]);
  assert.equal(CompiledOperation.of(schema, parse('query A { boom } query B { boom }')), undefined);
  assert.equal(CompiledOperation.of(schema, parse('query A { boom }'), 'C'), undefined);
  assert.equal(CompiledOperation.of(buildSchema('type Query { a: Int }'), parse('mutation { a }')), undefined);
  assert.ok(CompiledOperation.of(schema, parse('query A { boom } query B { boom }'), 'B'));
});

test('an operation that is too large to be kept in memory is compiled anew at each run', async () => {
  const fields = Array.from({ length: 1001 }, (_, index) => `f${index}: echo(text: "x")`);
  const operation = CompiledOperation.of(schemaOf([]), parse(`{ ${fields.join(' ')} }`));
  for (const _ of ['once', 'once more', 'a third time']) {
    const result = await operation?.execute(operationWith(), {});
    assert.equal(Object.keys(result?.data ?? {}).length, 1001);
  }
});

test('what is left of a list that is null already fails unseen: it does not end the process', async () => {
  const schema = buildSchema('type Query { matrix: [[Int]!] }');
  const fails = async () => Promise.reject(new Error('later'));
  const resolve = () => [new Error('first'), fails(), [1, fails()], Promise.resolve([fails(), [fails()]])];
  Object.assign(schema.getQueryType()?.getFields().matrix ?? {}, { resolve });
  const result = await CompiledOperation.of(schema, parse('{ matrix }'))?.execute(operationWith(), {});
  assert.deepEqual(
    result?.errors?.map(({ message }) => message),
    ['first'],
  );
  await new Promise((resolve) => setImmediate(resolve)); // a rejection that nobody handles would fail this test
});

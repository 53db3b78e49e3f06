import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { operationOverdue } from '@lockstep/runtime/graphql/errors.ts';
import { Deadline, type Lifetime } from '@lockstep/runtime/http/deadline.ts';
import { buildSchema, type GraphQLFieldResolver, parse } from 'graphql';
import { operationWith } from '../testing/operation.ts';
import { CompiledOperation } from './compiled-operation.ts';
import type { Operation } from './subgraph-executor.ts';

const TIMEOUT_MS = 50;

const SCHEMA = `
  type Query { thing: Thing things: [Thing] numbers: [Int!]! wrong: [Thing] }
  type Thing { id: ID! thing: Thing things: [Thing] fails: Int hangs: Int loaded: Thing }
  type Mutation { a: Int b: Int c: Int }
`;

type Resolvers = Record<string, Record<string, GraphQLFieldResolver<unknown, Operation>>>;

/** Runs a document, and resolves with the result's data and the code of each of its errors at its path. */
async function run(query: string, operation: Operation, resolvers: Resolvers) {
  const schema = buildSchema(SCHEMA);
  for (const [typeName, fields] of Object.entries(resolvers)) {
    const type = schema.getType(typeName);
    if (!type || !('getFields' in type)) throw new Error(`no type ${typeName}`);
    for (const [name, resolve] of Object.entries(fields)) Object.assign(type.getFields()[name] ?? {}, { resolve });
  }
  const { data, errors = [] } = (await CompiledOperation.of(schema, parse(query))?.execute(operation, {})) ?? {};
  return { data, codes: errors.map(({ path, extensions }) => `${path}: ${extensions.code}`) };
}

/** Returns a lifetime whose signal is aborted by a timer. */
function timed(timeoutMs = TIMEOUT_MS): Lifetime {
  const controller = new AbortController();
  setTimeout(() => controller.abort(operationOverdue(timeoutMs)), timeoutMs).unref();
  return { signal: controller.signal, deadline: new Deadline(timeoutMs) };
}

function blockFor(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}

const OVERDUE = { data: null, codes: ['undefined: DEADLINE_EXCEEDED'] };
const TOO_LARGE = { data: null, codes: ['undefined: OPERATION_LIMIT_EXCEEDED'] };

describe('three mutations', () => {
  /** Runs them, the first with this resolver, and resolves with those that ran, too. */
  async function runThree(lifetime: Lifetime, first: () => unknown) {
    const ran: string[] = [];
    const mutation = (name: string) => async () => {
      ran.push(name);
      if (name === 'a') await first();
      return 1;
    };
    const Mutation = { a: mutation('a'), b: mutation('b'), c: mutation('c') };
    const result = await run('mutation { a b c }', operationWith(100, lifetime), { Mutation });
    return { ran, ...result };
  }

  test('run in time', async () => {
    assert.deepEqual((await runThree(timed(60_000), () => {})).ran, ['a', 'b', 'c']);
  });

  test('end with the time', async () => {
    assert.deepEqual(await runThree(timed(), () => delay(TIMEOUT_MS * 2)), { ran: ['a'], ...OVERDUE });
  });

  test('end with the time if the process was too busy to abort its signal', async () => {
    assert.deepEqual(await runThree(timed(), () => blockFor(TIMEOUT_MS * 2)), { ran: ['a'], ...OVERDUE });
  });

  test('end when the client leaves', async () => {
    const client = new AbortController();
    const result = await runThree({ signal: client.signal }, () => client.abort());
    assert.deepEqual(result, { ran: ['a'], ...OVERDUE });
  });
});

test('does not wait for a resolver that hangs once the time is over', async () => {
  const Thing = { hangs: () => new Promise(() => {}) };
  const Query = { things: () => [{ id: 1 }, { id: 2 }] };
  assert.deepEqual(await run('{ things { id hangs } }', operationWith(100, timed()), { Query, Thing }), OVERDUE);
});

test('looks at the clock while it completes objects, when no timer can fire', async () => {
  let made = 0;
  const things = function* () {
    for (; made < 1e7; made++) yield { id: made };
  };
  const operation = operationWith(undefined, timed());
  assert.deepEqual(await run('{ things { id } }', operation, { Query: { things: () => things() } }), OVERDUE);
});

test('resolves and loads nothing more once it has ended, and reports nothing of what it dropped', async () => {
  const operation = operationWith(100, timed());
  const ran: string[] = [];
  const Thing: Resolvers[string] = {
    loaded: (thing, _, { budget }) => {
      const { id } = Object(thing);
      ran.push(`resolve ${id}`);
      return budget
        .load(async () => {
          ran.push(`load ${id}`);
          blockFor(TIMEOUT_MS * 2);
          return [{ id: `${id} loaded` }];
        })
        .then(([loaded]) => loaded);
    },
  };
  const Query = { things: () => ['a', 'b', 'c'].map((id) => ({ id })) };
  const result = await run('{ things { loaded { id loaded { id } } } }', operation, { Query, Thing });
  await delay(TIMEOUT_MS);
  assert.deepEqual(result, OVERDUE);
  assert.deepEqual(ran, ['resolve a', 'resolve b', 'resolve c', 'load a']);
});

describe('an operation that would make too much', () => {
  const things = (count: number) => () => Array.from({ length: count }, (_, id) => ({ id }));
  const Thing: Resolvers[string] = {
    things: things(10),
    fails: () => {
      throw new Error('it fails');
    },
  };

  for (const [what, query, Query, most] of [
    ['objects', '{ things { id } }', { things: things(50) }, 100],
    ['objects in each other', '{ things { things { things { id } } } }', { things: things(10) }, 3000],
    ['values of objects', `{ things { ${aliases(100, 'id')} } }`, { things: things(10) }, 300],
    ['values in a list', '{ numbers }', { numbers: () => Array(400).fill(1) }, 100],
    ['resolver calls', `{ thing { ${aliases(100, 'loaded { id }')} } }`, { thing: () => ({ id: 1 }) }, 110],
    ['errors', '{ things { fails } }', { things: things(10) }, 300],
  ] as const) {
    test(`ends: ${what}`, async () => {
      const resolvers: Resolvers = { Query, Thing };
      assert.deepEqual(await run(query, operationWith(most / 2), resolvers), TOO_LARGE);
      assert.notEqual((await run(query, operationWith(most), resolvers)).data, null);
    });
  }

  test('ends: rows that are loaded', async () => {
    const operation = operationWith(100);
    const loads: number[] = [];
    const Query = {
      things: (_: unknown, __: unknown, { budget }: Operation) =>
        [60, 60, 60].map((count) =>
          budget.load(async () => {
            loads.push(count);
            return [Array(count).fill(1)];
          }),
        ),
    };
    assert.deepEqual(await run('{ things { __typename } }', operation, { Query }), TOO_LARGE);
    assert.deepEqual(loads, [60, 60]);
  });
});

test('names the limit and its value', async () => {
  const operation = operationWith(7);
  assert.throws(() => operation.budget.spend(8), {
    message: 'The operation has more than 7 objects, which is the most that this subgraph makes for one',
    extensions: { code: 'OPERATION_LIMIT_EXCEEDED', limit: 'SUBGRAPH_MAX_OBJECTS', allowed: 7 },
  });
});

function aliases(count: number, field: string): string {
  return Array.from({ length: count }, (_, index) => `f${index}: ${field}`).join(' ');
}

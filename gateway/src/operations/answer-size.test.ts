import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { GraphQLAnswer } from '@lockstep/runtime/http/client/subgraph-answer.ts';
import { Federation, NO_LIMITS } from './testing/federation.ts';

const federation = new Federation({
  subgraphs: {
    a: `
      type Query { things: [Thing] self: [Query] }
      type Thing @key(fields: "id") { id: ID! size: Int }`,
    b: `
      type Query { note: String notes: [String] }
      type Thing @key(fields: "id") { id: ID! name: String must: String! parts: [Part] size: Int @external area: Int @requires(fields: "size") }
      type Part { name: String }`,
  },
});

// Taking the stacks of 10,000 errors is linear, and takes longer than everything that these tests are about.
const { stackTraceLimit } = Error;
before(() => {
  Error.stackTraceLimit = 0;
});
after(() => {
  Error.stackTraceLimit = stackTraceLimit;
});

interface Shape {
  readonly query: string;
  /** Number of distinct things among those that `things` returns; all if undefined. */
  readonly distinct?: number;
  /** The answer of subgraph b to a call for entities, or for root fields. */
  answer(entities: number, count: number): unknown;
  /** Errors the client gets. */
  readonly errors: (count: number) => number;
}

const THINGS = '{ things { id name } }';
const each = (count: number, item: (index: number) => unknown) =>
  Array.from({ length: count }, (_, index) => item(index));
const named = (count: number) => each(count, (index) => ({ name: `${index}` }));
const errorsAt = (count: number, path: (index: number) => unknown) =>
  each(count, (index) => ({ message: `no ${index}`, path: path(index), extensions: { code: 'NO' } }));

const shapes: Record<string, Shape> = {
  data: { query: THINGS, answer: (n) => ({ data: { _entities: named(n) } }), errors: () => 0 },
  'errors with a path': {
    query: THINGS,
    answer: (n) => ({ data: { _entities: each(n, () => null) }, errors: errorsAt(n, (i) => ['_entities', i, 'name']) }),
    errors: (n) => n,
  },
  'errors with a path and no data': {
    query: THINGS,
    answer: (n) => ({ data: null, errors: errorsAt(n, (i) => ['_entities', i, 'name']) }),
    errors: (n) => n,
  },
  'errors without a path and no data': {
    query: THINGS,
    answer: (n) => ({ data: null, errors: errorsAt(n, () => undefined) }),
    errors: (n) => n,
  },
  'errors without a path beside data': {
    query: THINGS,
    answer: (n) => ({ data: { _entities: named(n) }, errors: errorsAt(n, () => undefined) }),
    errors: (n) => n,
  },
  'equal errors without a path': {
    query: THINGS,
    answer: (n) => ({ data: null, errors: each(n, () => ({ message: 'no' })) }),
    errors: () => 1,
  },
  'errors with a wrong path': {
    query: THINGS,
    answer: (n) => ({ data: { _entities: named(n) }, errors: errorsAt(n, (i) => ['_entities', n + i, 'name']) }),
    errors: (n) => n,
  },
  'nulls of nullable type': {
    query: THINGS,
    answer: (n) => ({ data: { _entities: each(n, () => ({ name: null })) } }),
    errors: () => 0,
  },
  'nulls of non-null type': {
    query: '{ things { must } }',
    answer: (n) => ({ data: { _entities: each(n, () => ({ must: null })) } }),
    errors: (n) => n,
  },
  'null entities': { query: THINGS, answer: (n) => ({ data: { _entities: each(n, () => null) } }), errors: () => 0 },
  'a short list': { query: THINGS, answer: (n) => ({ data: { _entities: named(n - 1) } }), errors: (n) => n },
  'a long list': { query: THINGS, answer: (n) => ({ data: { _entities: named(n + 1) } }), errors: (n) => n },
  'a required field': {
    query: '{ things { area name } }',
    answer: (n) => ({ data: { _entities: each(n, (i) => ({ area: i, name: '' })) } }),
    errors: () => 0,
  },
  'one entity at all places': {
    query: THINGS,
    distinct: 1,
    answer: () => ({ data: { _entities: [{ name: 'x' }] } }),
    errors: () => 0,
  },
  'one entity at all places, with an error': {
    query: THINGS,
    distinct: 1,
    answer: () => ({ data: { _entities: [{ name: null }] }, errors: errorsAt(1, () => ['_entities', 0, 'name']) }),
    errors: (n) => n,
  },
  'one entity at all places, with as many errors': {
    query: THINGS,
    distinct: 1,
    answer: (_, n) => ({ data: { _entities: [{ name: null }] }, errors: errorsAt(n, () => ['_entities', 0, 'name']) }),
    errors: (n) => 2 * n - 1,
  },
  'one entity at all places, with as many wrong paths': {
    query: THINGS,
    distinct: 1,
    answer: (_, n) => ({
      data: { _entities: [{ name: null }] },
      errors: errorsAt(n, (i) => ['_entities', 0, 'name', i]),
    }),
    errors: (n) => 2 * n - 1,
  },
  'one entity with a list': {
    query: '{ things { parts { name } } }',
    distinct: 100,
    answer: (n) => ({ data: { _entities: each(n, () => ({ parts: named(10) })) } }),
    errors: () => 0,
  },
  'root fields with errors that have a path': {
    query: '{ notes }',
    answer: (_, n) => ({ data: { notes: each(n, () => null) }, errors: errorsAt(n, (i) => ['notes', i]) }),
    errors: (n) => n,
  },
  'root fields with errors without a path': {
    query: '{ notes note }',
    answer: (_, n) => ({ data: null, errors: errorsAt(n, () => undefined) }),
    errors: (n) => n,
  },
  'root fields at all places, with as many errors': {
    query: '{ self { note } }',
    answer: (_, n) => ({ data: { note: null }, errors: errorsAt(n, () => ['note']) }),
    errors: (n) => 2 * n - 1,
  },
  'root fields at all places, with as many errors without a path': {
    query: '{ self { note notes } }',
    answer: (_, n) => ({ data: null, errors: errorsAt(n, () => undefined) }),
    errors: (n) => n,
  },
};

/** One run of a shape, measured: resolves with the processor time that this thread took, in milliseconds. */
type Measure = () => Promise<number>;

async function measured({ query, distinct, answer, errors }: Shape, count: number): Promise<Measure> {
  const operation = await federation.compile(query);
  const things = each(count, (index) => ({ __typename: 'Thing', id: `${index % (distinct ?? count)}`, size: 1 }));
  const fromA = JSON.stringify({
    data: query.includes('self') ? { self: each(count, () => ({ __typename: 'Query' })) } : { things },
  });
  const fromB = JSON.stringify(answer(distinct ?? count, count));
  return async () => {
    const [a, b]: GraphQLAnswer[] = [JSON.parse(fromA), JSON.parse(fromB)];
    const started = process.threadCpuUsage();
    const result = await operation.execute({
      limits: NO_LIMITS,
      call: async ({ constants }) => (constants.subgraph === 'a' ? a : b) ?? {},
    });
    const { user, system } = process.threadCpuUsage(started);
    assert.equal(result.errors?.length ?? 0, errors(count));
    return (user + system) / 1000;
  };
}

/** Resolves with the least time of up to five runs, or with the first that is below the bound: a run may have collected garbage. */
async function leastOf(measure: Measure, bound: number): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let run = 0; run < 5 && least >= bound; run++) least = Math.min(least, await measure());
  return least;
}

for (const [name, shape] of Object.entries(shapes)) {
  test(`handles an answer in time linear in its size: ${name}`, async () => {
    await (await measured(shape, 100))();
    // Ten times as long is linear, a hundred times quadratic; a run too short to be measured counts as one millisecond.
    const bound = 40 * Math.max(await leastOf(await measured(shape, 1_000), 0), 1);
    const large = await leastOf(await measured(shape, 10_000), Math.min(bound, 2_000));
    assert.ok(large < bound, `${large} ms for 10,000, 1,000 allow ${bound} ms`);
    assert.ok(large < 2_000, `${large} ms`);
  });
}

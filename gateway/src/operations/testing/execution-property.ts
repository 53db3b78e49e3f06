import assert from 'node:assert/strict';
import { setImmediate } from 'node:timers/promises';
import { CompiledOperation } from '@lockstep/subgraph-kit/execution/compiled-operation.ts';
import { operationWith } from '@lockstep/subgraph-kit/testing/operation.ts';
import { type ExecutionResult, execute, type GraphQLSchema, parse } from 'graphql';
import { Random } from './random.ts';
import { RandomFederation } from './random-federation.ts';
import { type RandomOperation, randomOperation } from './random-operation.ts';
import { RandomResolvers } from './random-resolvers.ts';

const OPERATIONS_PER_SCHEMA = 20;

/**
 * Compares the compiled operations of subgraphs with graphql-js, on random schemas, resolvers and operations. It is here
 * and not in subgraph-kit because the random schemas and operations are the gateway's.
 *
 * @param seed seed of the first schema; the next schemas have the next seeds
 */
export async function compareExecutions(seed: number, cases: number): Promise<void> {
  let compared = 0;
  for (let schemaSeed = seed; compared < cases; schemaSeed++) {
    const random = new Random(schemaSeed);
    const schema = new RandomFederation(random, schemaSeed).build().monolith;
    const resolvers = new RandomResolvers(schema, schemaSeed);
    for (let count = 0; count < OPERATIONS_PER_SCHEMA; count++, compared++) {
      await assertEqual(schema, resolvers, randomOperation(random, schema), `seed ${schemaSeed}`);
    }
  }
}

async function assertEqual(
  schema: GraphQLSchema,
  resolvers: RandomResolvers,
  { query, variables }: RandomOperation,
  seed: string,
): Promise<void> {
  const document = parse(query);
  const compiled = CompiledOperation.of(schema, document);
  const expected = await observe(resolvers, () => execute({ schema, document, variableValues: variables }));
  const actual = await observe(resolvers, () => compiled?.execute(operationWith(), variables));
  const message = `${seed}\n${query}\n${JSON.stringify(variables)}`;
  assert.equal(actual.answer, expected.answer, message);
  assert.deepEqual(actual.calls, expected.calls, message);
  assert.deepEqual(actual.stray, [], message);
}

interface Observed {
  /** Serialized, because the order of fields and errors counts. */
  readonly answer: string;
  readonly calls: readonly string[];
  /** Unhandled rejections, which would end a process. graphql-js 16 leaves some, of list items beside one that throws. */
  readonly stray: readonly unknown[];
}

/** Runs an execution and waits until its stray promises have settled. */
async function observe(
  resolvers: RandomResolvers,
  run: () => ExecutionResult | Promise<ExecutionResult> | undefined,
): Promise<Observed> {
  const stray: unknown[] = [];
  const listeners = process.listeners('unhandledRejection');
  process.removeAllListeners('unhandledRejection').on('unhandledRejection', (reason) => stray.push(reason));
  resolvers.calls = [];
  const result = await run();
  await setImmediate();
  await setImmediate();
  process.removeAllListeners('unhandledRejection');
  for (const listener of listeners) process.on('unhandledRejection', listener);
  return {
    answer: JSON.stringify(result && { data: result.data, errors: result.errors }, null, 1),
    calls: resolvers.calls,
    stray,
  };
}

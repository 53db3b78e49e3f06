import assert from 'node:assert/strict';
import { setImmediate } from 'node:timers/promises';
import { Random } from '@lockstep/runtime/testing/random.ts';
import { CompiledOperation } from '@lockstep/subgraph-kit/execution/compiled-operation.ts';
import { type ExecutionResult, execute, type GraphQLSchema, parse } from 'graphql';
import { RandomFederation } from './random-federation.ts';
import { type RandomOperation, randomOperation } from './random-operation.ts';
import { RandomResolvers } from './random-resolvers.ts';

const OPERATIONS_PER_SCHEMA = 20;

/**
 * Compares what subgraphs' compiled operations give with what graphql-js gives, on random schemas, resolvers and
 * operations. Here and not in runtime, because the random schemas and operations are the gateway's.
 *
 * @param seed of the first schema; the next schemas have the next seeds
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
  const actual = await observe(resolvers, () => compiled?.execute({}, variables));
  const message = `${seed}\n${query}\n${JSON.stringify(variables)}`;
  assert.equal(actual.answer, expected.answer, message);
  assert.deepEqual(actual.calls, expected.calls, message);
  assert.deepEqual(actual.stray, [], message);
}

interface Observed {
  /** As it would be sent: the order of fields and errors is part of it. */
  readonly answer: string;
  readonly calls: readonly string[];
  /** Rejections that nobody handles, which end a process: graphql-js leaves some, of items beside one that throws. */
  readonly stray: readonly unknown[];
}

/** Runs it until nothing of it is left to run. */
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

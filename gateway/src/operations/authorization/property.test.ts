import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isObjectType,
  parse,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import { UnplannableOperationError } from '../../planning/unplannable-operation-error.ts';
import type { OperationResult } from '../operation-result.ts';
import type { Call, Federation } from '../testing/federation.ts';
import { Random } from '../testing/random.ts';
import { RandomFederation } from '../testing/random-federation.ts';
import { randomOperation } from '../testing/random-operation.ts';
import { GuardedFederation } from './testing/guarded-federation.ts';
import { withRandomRules } from './testing/random-rules.ts';

const SCHEMAS = 15;
const OPERATIONS_PER_SCHEMA = 20;

type Path = readonly string[];

/**
 * On random schemas, rules, grants and operations: no subgraph is asked for what is protected; every value of the answer
 * is the unprotected answer's; and a null that is not in that has a denial at its path or below.
 */
test('whoever asks sees what is granted, and nothing else is fetched', async () => {
  const seed = Date.now() % 1_000_000;
  let denied = 0;
  for (let schemaSeed = seed; schemaSeed < seed + SCHEMAS; schemaSeed++) denied += await checkSchema(schemaSeed);
  assert.ok(denied > 50, `only ${denied} operations had anything denied, from seed ${seed}`);
});

/** @returns how many operations had anything denied */
async function checkSchema(seed: number): Promise<number> {
  const random = new Random(seed);
  const federation = new RandomFederation(random, seed).build();
  const { sdl, coordinates } = withRandomRules(federation.supergraphSdl, random);
  let granted: ReadonlySet<string> = new Set();
  const graph = new GuardedFederation({ federation, supergraphSdl: sdl, hooks: { policies: () => granted } });
  let denials = 0;
  for (let count = 0; count < OPERATIONS_PER_SCHEMA; count++) {
    const { query, variables } = randomOperation(random, federation.planner.apiSchema);
    granted = new Set(coordinates.filter(() => random.chance(0.6)));
    const closed = new Set(coordinates.filter((coordinate) => !granted.has(coordinate)));
    try {
      const result = await graph.ask(query, {}, variables);
      checkCalls(federation.calls, federation.planner.supergraphSchema, closed);
      await checkAnswer(result, federation, query, variables);
      if (result.denied) denials += 1;
    } catch (error) {
      if (error instanceof UnplannableOperationError) continue;
      throw new Error(`seed ${seed}, closed ${[...closed].join()}\n${query}\n${JSON.stringify(variables)}`, {
        cause: error,
      });
    }
  }
  return denials;
}

function checkCalls(calls: readonly Call[], schema: GraphQLSchema, closed: ReadonlySet<string>): void {
  for (const { query } of calls) {
    const info = new TypeInfo(schema);
    const check = visitWithTypeInfo(info, {
      Field: ({ name }) => {
        const parent = info.getParentType();
        const result = info.getFieldDef();
        if (!parent || !result || name.value === 'id' || name.value.startsWith('__')) return;
        const types = isAbstractType(parent) ? schema.getPossibleTypes(parent) : [parent];
        const isClosed = types.every((type) => closed.has(`${type.name}.${name.value}`) || closed.has(type.name));
        assert.ok(!isClosed, `${parent.name}.${name.value} is asked for: ${query}`);
        assert.ok(!isClosedResult(getNamedType(result.type), closed), `${name.value}: ${query}`);
      },
    });
    visit(parse(query), check);
  }
}

function isClosedResult(type: GraphQLNamedType, closed: ReadonlySet<string>): boolean {
  return isObjectType(type) && closed.has(type.name);
}

async function checkAnswer(
  { data, denied = [] }: OperationResult,
  federation: Federation,
  query: string,
  variables: Record<string, unknown>,
): Promise<void> {
  const whole = await federation.expected(query, variables);
  if (data === undefined || whole.data === undefined) return assert.equal(data, whole.data);
  const paths = denied.map(({ path }): Path => (path ?? []).map(String));
  checkValue(data, JSON.parse(JSON.stringify(whole.data)), [], paths);
}

function checkValue(seen: unknown, whole: unknown, path: Path, denied: readonly Path[]): void {
  if (seen === null && whole !== null) {
    const isExplained = denied.some((denial) => path.every((key, index) => denial[index] === key));
    assert.ok(isExplained, `a null at ${path.join('.')} that nothing explains, with ${JSON.stringify(denied)}`);
  } else if (Array.isArray(seen) && Array.isArray(whole)) {
    assert.equal(seen.length, whole.length);
    for (const [index, item] of seen.entries()) checkValue(item, whole[index], path, denied);
  } else if (isObject(seen) && isObject(whole)) {
    assert.deepEqual(Object.keys(seen).sort(), Object.keys(whole).sort());
    for (const [key, value] of Object.entries(seen)) checkValue(value, whole[key], [...path, key], denied);
  } else {
    assert.deepEqual(seen, whole, path.join('.'));
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

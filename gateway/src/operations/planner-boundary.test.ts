import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type GraphQLSchema, parse, printSchema, validateSchema } from 'graphql';
import type { Planner } from '../planning/planner.ts';
import { buildSchemaInSlices } from '../planning/worker/build-schema.ts';
import { partsOf } from '../planning/worker/schema-parts.ts';
import { CompiledOperation } from './compiled-operation.ts';
import { Operations } from './operations.ts';
import { comparable } from './testing/assert-same.ts';
import { Random } from './testing/random.ts';
import { RandomFederation } from './testing/random-federation.ts';
import { randomOperation } from './testing/random-operation.ts';

const SCHEMAS = 5;
const OPERATIONS_PER_SCHEMA = 10;

/** A planner as if in another thread: only structured clones and SDL come through. */
async function atDistance(planner: Planner): Promise<Planner> {
  return {
    apiSchema: await rebuilt(planner.apiSchema),
    supergraphSchema: await rebuilt(planner.supergraphSchema),
    directives: structuredClone(planner.directives),
    plan: async (request) => structuredClone(await planner.plan(structuredClone(request))),
  };
}

async function rebuilt(schema: GraphQLSchema): Promise<GraphQLSchema> {
  const built = await buildSchemaInSlices(structuredClone(partsOf(schema)));
  assert.equal(printSchema(built), printSchema(schema));
  assert.deepEqual(validateSchema(built), []);
  return built;
}

test('operations run from what a structured clone carries of plans and SDL of schemas', async () => {
  const seed = Date.now() % 1_000_000;
  let compared = 0;
  for (let schemaSeed = seed; schemaSeed < seed + SCHEMAS; schemaSeed++) {
    const random = new Random(schemaSeed);
    const federation = new RandomFederation(random, schemaSeed).build();
    const operations = new Operations(await atDistance(federation.planner));
    for (let count = 0; count < OPERATIONS_PER_SCHEMA; count++) {
      const { query, variables } = randomOperation(random, federation.planner.apiSchema);
      const document = parse(query, { noLocation: true });
      const found = await operations.get({ document, source: query, queryHash: query, operationName: undefined });
      if (!(found instanceof CompiledOperation)) continue;
      const actual = await federation.run(found, variables);
      const expected = await federation.expected(query, variables);
      assert.deepEqual(comparable(actual), comparable(expected), `seed ${schemaSeed}\n${query}`);
      compared += 1;
    }
  }
  assert.ok(compared > (SCHEMAS * OPERATIONS_PER_SCHEMA) / 2);
});

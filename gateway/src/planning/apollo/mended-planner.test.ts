import assert from 'node:assert/strict';
import { test } from 'node:test';
import { composeServices } from '@apollo/composition';
import { parse } from 'graphql';
import { OperationTooComplexError } from '../operation-too-complex-error.ts';
import { OperationPlanner } from './operation-planner.ts';
import { inPlanningTime } from './planning-time.ts';

const TYPES = ['A', 'B', 'C', 'D', 'E', 'F'];
const SDL = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable"])
  type Query { named: Named @shareable }
  interface Named { name: String named: Named }
  ${TYPES.map((name) => `type ${name} implements Named @key(fields: "id") { id: ID! name: String @shareable named: Named @shareable }`).join('\n')}`;

const services = ['a', 'b', 'c', 'd'].map((name) => ({ name, typeDefs: parse(SDL), url: name }));
const { supergraphSdl = '' } = composeServices(services);
const planner = new OperationPlanner(supergraphSdl);

function plan(query: string) {
  return inPlanningTime(60_000, async () => planner.plan({ document: parse(query) }));
}

test('gives up an operation of 48 bytes whose fields can be fetched in millions of ways', async () => {
  const before = process.threadCpuUsage();
  await assert.rejects(plan('{named{named{named{named{named{named{name}}}}}}}'), OperationTooComplexError);
  const { user, system } = process.threadCpuUsage(before);
  assert.ok(user + system < 2_000_000, `${(user + system) / 1000} ms`);
});

test('plans fields that can be fetched in thousands of ways, one operation after another', async () => {
  for (let count = 0; count < 3; count++)
    assert.ok((await plan('{ named { named { named { name } } } }')).queryPlan.node);
});

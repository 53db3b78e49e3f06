import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { ConfigurationError } from '@lockstep/runtime/configuration-error.ts';
import { recordLog } from '@lockstep/runtime/testing/log-recorder.ts';
import { GraphQLError, parse, printSchema } from 'graphql';
import { loadPlanner } from '../load-planner.ts';
import { OperationTooComplexError } from '../operation-too-complex-error.ts';
import type { SubgraphSchema } from '../subgraph-schema.ts';
import { openPlanner } from './open-planner.ts';
import { PlanningWorker } from './planning-worker.ts';
import { RemotePlanner } from './remote-planner.ts';

const MB = 1024 * 1024;
const LIMITS = { timeoutMs: 200, heapBytes: 512 * MB };
const FIELDS = Array.from({ length: 9 }, (_, index) => `f${index}`);
/** Three subgraphs share the fields: an operation has 3^9 plans, of which the planner weighs 10,000. */
const SCHEMAS = ['a', 'b', 'c'].map((name) =>
  schema(
    name,
    `type Query { t: T @shareable } type T @key(fields: "id") {
      id: ID! only${name}: Int t: T @shareable ${FIELDS.map((field) => `${field}: Int @shareable`).join(' ')} }`,
  ),
);
SCHEMAS.push(schema('root', 'type Query { root: T } type T @key(fields: "id") { id: ID! }'));

const SLOW = `{ ${Array.from({ length: 20 }, (_, index) => `r${index}: root { onlya onlyb onlyc }`)} root { onlya onlyb onlyc ${FIELDS} } }`;
const QUICK = '{ root { id onlya } }';

function schema(name: string, sdl: string): SubgraphSchema {
  const link = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable"])\n';
  return { name, routingUrl: `http://${name}.test/`, sdl: link + sdl, origin: `sdl of ${name}` };
}

/** Returns an operation whose fragments spread to 2^depth fields: planning doesn't check its time while it spreads them. */
function fragmentBomb(depth: number): string {
  const fragments = Array.from(
    { length: depth },
    (_, n) => `fragment F${n} on T { t { ...F${n + 1} } u: t { ...F${n + 1} } }`,
  );
  return `{ t { ...F0 } } ${fragments.join(' ')} fragment F${depth} on T { id }`;
}

const { logger, lines } = recordLog();
const { signal } = new AbortController();
const planner = await openPlanner(SCHEMAS, LIMITS, logger, signal);
after(() => planner.close());

const plan = (query: string, client = 'a client') => planner.plan({ document: parse(query), client });

test('plans in a thread of its own as in this one', async () => {
  const here = await loadPlanner(planner.supergraphSdl);
  const document = parse('query ($id: ID!) { root { id onlya onlyb f1 } }');
  assert.deepEqual(await planner.plan({ document }), structuredClone(await here.plan({ document })));
  assert.equal(printSchema(planner.apiSchema), printSchema(here.apiSchema));
});

test('gives the errors of the planner as they are', async () => {
  await assert.rejects(
    planner.plan({ document: parse('{ root { id } }'), operationName: 'other' }),
    (error) => error instanceof GraphQLError && error.message === 'Unknown operation named "other"',
  );
});

test('gives up an operation that takes too long, and plans the others in the same thread', async () => {
  const quick = plan(QUICK, 'another client');
  await assert.rejects(plan(SLOW), OperationTooComplexError);
  await quick;
  assert.deepEqual(lines, []);
});

test('does not plan an operation that nobody waits for any more when its turn comes', async (t) => {
  const planned = t.mock.method(PlanningWorker.prototype, 'plan');
  const [left, leaves] = [new AbortController(), new AbortController()];
  const underWay = planner.plan({ document: parse('{ root { id onlyb } }'), client: 'a client', signal: left.signal });
  const waiting = planner.plan({ document: parse('{ root { id onlyc } }'), client: 'a client', signal: leaves.signal });
  const quick = plan(QUICK);
  left.abort();
  leaves.abort(new Error('left'));
  await assert.rejects(waiting, { message: 'left' });
  assert.ok((await underWay).queryPlan.node, 'what has begun is made: the client may come again');
  await quick;
  assert.equal(planned.mock.callCount(), 2);
});

test('ends a thread that doesn’t notice the time, and plans the others in another', async () => {
  const slow = plan(fragmentBomb(19));
  const quick = plan(QUICK, 'another client');
  await assert.rejects(slow, OperationTooComplexError);
  await quick;
  assert.match(lines.at(-1)?.msg ?? '', /the planning thread has ended, another is started: a plan took more than/);
});

test('refuses schemas that do not compose, with composition’s words', async () => {
  const schemas = [schema('a', 'type Query { a: Int }'), schema('b', 'type Query { a: String }')];
  await assert.rejects(openPlanner(schemas, LIMITS, logger, signal), (error) => {
    assert.ok(error instanceof ConfigurationError);
    assert.match(error.message, /The schemas don't compose:\n.*\(sdl of a:2, sdl of b:2\)/);
    return true;
  });
});

test('a plan that takes too much memory is given up, and the others are planned', async () => {
  const small = await openPlanner(SCHEMAS, { timeoutMs: 60_000, heapBytes: 40 * MB }, logger, signal);
  after(() => small.close());
  const large = small.plan({ document: parse(fragmentBomb(17)), client: 'a client' });
  const quick = small.plan({ document: parse(QUICK), client: 'another client' });
  await assert.rejects(large, /it takes more memory than 40 MB/);
  await quick;
});

test('starts another thread if one crashes, and makes the plan that waited', async () => {
  const { worker, supergraph } = await PlanningWorker.start(SCHEMAS, LIMITS, signal);
  const { apiSchema, supergraphSchema } = planner;
  const crashing = new RemotePlanner(
    { ...supergraph, supergraphSdl: supergraph.sdl, apiSchema, supergraphSchema },
    worker,
    LIMITS,
    logger,
  );
  after(() => crashing.close());
  const waiting = crashing.plan({ document: parse(QUICK) });
  await worker.stop();
  assert.ok((await waiting).queryPlan.node);
});

test('a thread that has not loaded yet ends at once if it is given up', async () => {
  const controller = new AbortController();
  const opening = openPlanner(SCHEMAS, LIMITS, logger, controller.signal);
  controller.abort();
  await assert.rejects(opening, /it exited with code/);
});

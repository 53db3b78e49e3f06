import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { createOrder, createUser } from '../harness/client.ts';
import { isFull } from '../harness/full-count.ts';
import { start, startGraph } from '../harness/graph.ts';
import { runScript } from '../harness/process.ts';
import { serveGreetings } from './greetings.ts';
import type { Load, Outcome } from './load.ts';
import { supergraphOf, supergraphWith } from './settings.ts';

// Run by itself: beside other tests, what a process can do is another matter from one second to the next.

/** The throughput of the processors varies over three seconds; over a minute the promise holds as it is. */
const OVERLOAD_MS = isFull ? 60_000 : 3000;
const MEASURED_MS = 2000;
const WARM_UP_MS = 1000;
const REFUSED_WITHIN_MS = 50;

/** A gateway with a limit of concurrency, and what it is asked. */
interface Limited {
  readonly url: string;
  readonly query: string;
  readonly limit: number;
  /** The share of its refusals that is promised to come within 50 ms. */
  readonly quickShare: number;
  /** The share of its peak that is promised to go on, and to be there again. */
  readonly keptShare: number;
}

const isGood = ({ status }: Outcome) => status === 200;

/** Runs a load in a process of its own. */
async function run(load: Load): Promise<Outcome[]> {
  const { code, stdout, stderr } = await runScript('tests/calls/load.ts', { LOAD: JSON.stringify(load) });
  assert.equal(code, 0, stderr);
  return JSON.parse(stdout);
}

/** Measures the answers a second for as many clients as may be served at a time, each sending the next after an answer. */
async function peak({ url, query, limit }: Limited, ms = MEASURED_MS): Promise<number> {
  const outcomes = await run({ url, query, clients: limit, ms });
  return (outcomes.filter(isGood).length / ms) * 1000;
}

async function assertTurnsAway(t: TestContext, gateway: Limited): Promise<void> {
  const { url, query, quickShare, keptShare } = gateway;
  await peak(gateway, WARM_UP_MS);
  const before = await peak(gateway);

  const outcomes = await run({ url, query, perSecond: before * 3, ms: OVERLOAD_MS });
  // Within five seconds: two measurements.
  let afterwards = await peak(gateway);
  if (afterwards < before * keptShare) afterwards = await peak(gateway);

  const goodput = (outcomes.filter(isGood).length / OVERLOAD_MS) * 1000;
  const refused = outcomes.filter((outcome) => !isGood(outcome));
  const taken = refused.map(({ ms }) => ms).sort((a, b) => a - b);
  const [median, p95, p99] = [0.5, 0.95, 0.99].map((share) => taken[Math.floor(taken.length * share)] ?? Number.NaN);
  t.diagnostic(
    `${before} a second before, ${goodput} of ${before * 3} meanwhile, ${afterwards} after; ` +
      `refused within ${[median, p95, p99, taken.at(-1)].map((ms) => ms?.toFixed(1)).join(', ')} ms (p50, p95, p99, max)`,
  );
  for (const { status, code } of refused) assert.deepEqual([status, code], [503, 'OVERLOADED']);
  assert.ok(refused.length > outcomes.length / 3, `${refused.length} of ${outcomes.length} were refused`);
  assert.ok(goodput >= before * keptShare, `${goodput} a second of ${before}`);
  assert.ok(afterwards >= before * keptShare, `${afterwards} a second, ${before} before`);
  const late = taken.filter((ms) => ms >= REFUSED_WITHIN_MS).length;
  assert.ok(late <= taken.length * (1 - quickShare), `${late} of ${taken.length} refusals took too long`);
}

test('three times what its subgraph can do: nearly all of that is done, the rest refused at once, and then all is as before', async (t) => {
  const limit = 20;
  const subgraph = await serveGreetings(t, { answersAfterMs: 100 });
  const file = await supergraphOf(t, subgraph.url, { traffic: [`concurrency_limit: ${limit}`] });
  const { url } = await start(t, 'gateway', { SUPERGRAPH_FILE: file });
  await assertTurnsAway(t, { url, query: '{ hello }', limit, quickShare: 0.99, keptShare: 0.9 });
});

test('three times what the processors can do: nearly all of that is done, the rest refused at once, and then all is as before', async (t) => {
  // Of a request's processor time the gateway has half, the subgraphs and who asks the rest, on the same processors: who
  // asks has its share of what is late.
  const limit = 4;
  const file = await supergraphWith(t, {
    traffic: [`concurrency_limit: ${limit}`, 'deduplicate_query: false', 'batch_entities: false'],
  });
  const { url } = await startGraph(t, { only: ['users', 'orders'], gateway: { SUPERGRAPH_FILE: file } });
  const ada = await createUser(url, 'ada@example.com');
  for (let order = 0; order < 100; order += 1) await createOrder(url, ada);
  const query = '{ orders(first: 100) { id amount status createdAt user { id name email createdAt } } }';
  await assertTurnsAway(t, { url, query, limit, quickShare: 0.95, keptShare: isFull ? 0.9 : 0.75 });
});

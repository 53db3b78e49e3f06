import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { Behaviour } from '../harness/behaviours.ts';
import { type Answer, ask, codesOf, createOrder, createUser, get } from '../harness/client.ts';
import { times } from '../harness/full-count.ts';
import { start, startGraph, temporaryFolder } from '../harness/graph.ts';
import { serveSubgraph } from '../harness/subgraph.ts';
import { until } from '../harness/waiting.ts';
import { supergraphWith } from './settings.ts';

/** Longer than an answer takes while other tests run. */
const TIMEOUT_MS = 500;
const SLEEP_WINDOW_MS = times(5000, 1000);

const supergraph = await supergraphWith(
  { after },
  { users: [`timeout: ${TIMEOUT_MS}ms`, `circuit_breaker: { sleep_window: ${SLEEP_WINDOW_MS}ms }`] },
);
const graph = await startGraph({ after }, { only: ['users', 'orders'], gateway: { SUPERGRAPH_FILE: supergraph } });
const USERS = '{ users { id } }';
const isAnswered = ({ errors }: Answer<unknown>) => errors === undefined;

await until(() => ask(graph.url, USERS), isAnswered); // a first answer may take longer than that
const ada = await createUser(graph.url, 'ada@example.com');
const order = await createOrder(graph.url, ada);

for (const behaviour of ['reset', 'hang'] satisfies Behaviour[]) {
  test(`users fails (${behaviour}): its breaker opens within 20 failures, probes once, and closes once it is back`, async () => {
    for (let call = 0; call < 30; call += 1) await get(graph.url, USERS);
    graph.usersProxy.behaviour = behaviour;
    let before = graph.usersProxy.calls.length;
    for (let call = 0; call < 40; call += 1) await ask(graph.url, USERS);
    const failures = graph.usersProxy.calls.length - before;
    assert.ok(failures <= 20, `${failures} failures`);

    before = graph.usersProxy.calls.length;
    const start = performance.now();
    const refused = await ask(graph.url, '{ orders { id user { name } } }');
    assert.ok(performance.now() - start < TIMEOUT_MS, 'it waited for users');
    assert.deepEqual(refused.data, { orders: [{ id: order, user: null }] });
    assert.deepEqual(codesOf(refused), ['SUBGRAPH_UNAVAILABLE']);
    assert.equal(graph.usersProxy.calls.length, before);

    const probe = graph.usersProxy.nextCall();
    const asking = until(
      () => Promise.all([ask(graph.url, USERS), ask(graph.url, '{ user(id: 1) { id } }')]),
      () => graph.usersProxy.calls.length > before,
    );
    await probe;
    await asking;
    assert.equal(graph.usersProxy.calls.length, before + 1);

    graph.usersProxy.behaviour = 'pass';
    const recovered = performance.now();
    await until(() => ask(graph.url, USERS), isAnswered);
    const tookMs = performance.now() - recovered;
    assert.ok(tookMs <= SLEEP_WINDOW_MS * 1.2, `${tookMs} ms`);
  });
}

/** Thresholds of a subgraph, and if it is still called after five calls of which three failed. */
const THRESHOLDS: Record<string, [settings: string, isCalled: boolean]> = {
  a: ['error_threshold_percentage: 60, request_threshold: 5', false],
  b: ['error_threshold_percentage: 61, request_threshold: 5', true],
  c: ['error_threshold_percentage: 60, request_threshold: 6', true],
};

test('opens at the thresholds in the file', async (t) => {
  let status = 200;
  const { url: routingUrl } = await serveSubgraph(t, () => {
    return { status, body: status === 200 ? { data: { a: 1, b: 1, c: 1 } } : {} };
  });
  const subgraphs = Object.entries(THRESHOLDS).map(([name, [settings]]) => {
    const breaker = `circuit_breaker: { ${settings}, sleep_window: 1m }`;
    return `  ${name}: { routing_url: "${routingUrl}", schema: { sdl: "type Query { ${name}: Int }" }, ${breaker} }`;
  });
  const file = join(await temporaryFolder(t), 'supergraph.yaml');
  await writeFile(file, `subgraphs:\n${subgraphs.join('\n')}\n`);
  const { url } = await start(t, 'gateway', { SUPERGRAPH_FILE: file });
  for (const [name, [settings, isCalled]] of Object.entries(THRESHOLDS)) {
    for (status of [200, 500, 500, 200, 500]) await ask(url, `{ ${name} }`);
    status = 200;
    assert.equal(isAnswered(await ask(url, `{ ${name} }`)), isCalled, settings);
  }
});

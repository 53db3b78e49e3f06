import assert from 'node:assert/strict';
import { after, type TestContext, test } from 'node:test';
import { type Answer, ask, codesOf, createOrder, createUser, get } from '../harness/client.ts';
import { startGraph } from '../harness/graph.ts';
import type { Behaviour } from '../harness/proxy.ts';
import { until } from '../harness/waiting.ts';
import { supergraphWith } from './settings.ts';

const SLEEP_WINDOW_MS = process.env.FAULTS === 'full' ? 5000 : 1000;

const supergraph = await supergraphWith(
  { after },
  { users: ['timeout: 200ms', `circuit_breaker: { sleep_window: ${SLEEP_WINDOW_MS}ms }`] },
);
const graph = await startGraph({ after }, { only: ['users', 'orders'], gateway: { SUPERGRAPH_FILE: supergraph } });
const USERS = '{ users { id } }';
const isAnswered = ({ errors }: Answer<unknown>) => errors === undefined;

await until(() => ask(graph.url, USERS), isAnswered); // a first answer may take longer than 200 ms
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
    assert.ok(performance.now() - start < 200, 'it waited for users');
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

/** Opens after five calls of which three fail, or not: whether users is still asked then. */
async function isAskedAfter(t: TestContext, settings: string): Promise<boolean> {
  const file = await supergraphWith(t, { users: [`circuit_breaker: { ${settings}, sleep_window: 1m }`] });
  const own = await startGraph(t, { only: ['users'], gateway: { SUPERGRAPH_FILE: file } });
  for (const behaviour of ['pass', 'status 500', 'status 500', 'pass', 'status 500'] satisfies Behaviour[]) {
    own.usersProxy.behaviour = behaviour;
    await ask(own.url, USERS);
  }
  own.usersProxy.behaviour = 'pass';
  return isAnswered(await ask(own.url, USERS));
}

test('opens at the thresholds in the file', async (t) => {
  assert.equal(await isAskedAfter(t, 'error_threshold_percentage: 60, request_threshold: 5'), false);
  assert.equal(await isAskedAfter(t, 'error_threshold_percentage: 61, request_threshold: 5'), true);
  assert.equal(await isAskedAfter(t, 'error_threshold_percentage: 60, request_threshold: 6'), true);
});

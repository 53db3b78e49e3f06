import assert from 'node:assert/strict';
import { after, afterEach, test } from 'node:test';
import type { Behaviour } from '../harness/behaviours.ts';
import { ask, codesOf, createUser, get } from '../harness/client.ts';
import { times } from '../harness/full-count.ts';
import { startGraph } from '../harness/graph.ts';
import { supergraphWith } from './settings.ts';

const supergraph = await supergraphWith(
  { after },
  { users: ['timeout: 1s', 'retry: { max_attempts: 3, interval: 5ms, budget: 0.2 }'] },
);
const graph = await startGraph({ after }, { only: ['users'], gateway: { SUPERGRAPH_FILE: supergraph } });
const ada = await createUser(graph.url, 'ada@example.com');

afterEach(() => {
  graph.usersProxy.behaviour = 'pass';
});

/** Lets as many queries pass as earn a retry or two. */
async function earnRetries(): Promise<void> {
  for (let call = 0; call < 10; call += 1) await get(graph.url, '{ users { id } }');
}

/** Fails the next calls so often, and passes those after them. */
function failNext(count: number, behaviour: Behaviour): void {
  let failed = 0;
  graph.usersProxy.behaviour = () => (failed++ < count ? behaviour : 'pass');
}

for (const behaviour of ['reset', 'half-close', 'cut short'] as const) {
  test(`a query that meets a connection that breaks (${behaviour}) is answered by another attempt`, async () => {
    await earnRetries();
    const before = graph.usersProxy.calls.length;
    failNext(2, behaviour);
    assert.deepEqual(await get(graph.url, '{ users { id } }'), { users: [{ id: ada }] });
    assert.equal(graph.usersProxy.calls.length, before + 3);
  });
}

test('sends at most 1.2 attempts a call to a subgraph that fails every call', async () => {
  graph.usersProxy.behaviour = 'reset';
  await exhaust();
  const count = times(2000);
  const before = graph.usersProxy.calls.length;
  for (let call = 0; call < count; call += 1) {
    assert.deepEqual(codesOf(await ask(graph.url, '{ users { id } }')), ['SUBGRAPH_UNAVAILABLE']);
  }
  const attempts = graph.usersProxy.calls.length - before;
  assert.ok(attempts > count && attempts <= count * 1.2, `${attempts} attempts for ${count} calls`);
});

/** Uses up what the calls before have earned. */
async function exhaust(): Promise<void> {
  for (let call = 0; call < 20; call += 1) await ask(graph.url, '{ users { id } }');
}

for (const behaviour of ['reset', 'half-close', 'cut short', 'garbage', 'status 500', 'lose the answer'] as const) {
  test(`a mutation is sent once, whatever becomes of it: ${behaviour}`, async () => {
    await earnRetries();
    const before = graph.usersProxy.calls.length;
    graph.usersProxy.behaviour = behaviour;
    const query = `mutation { createUser(name: "Bob", email: "${behaviour.replaceAll(' ', '-')}@example.com") { id } }`;
    assert.deepEqual(codesOf(await ask(graph.url, query)), ['OUTCOME_UNKNOWN']);
    assert.equal(graph.usersProxy.calls.length, before + 1);
  });
}

test('sends nothing again that takes too long or is answered with errors', async () => {
  await earnRetries();
  const before = graph.usersProxy.calls.length;
  graph.usersProxy.behaviour = 'hang';
  assert.deepEqual(codesOf(await ask(graph.url, '{ users { id } }')), ['DEADLINE_EXCEEDED']);
  graph.usersProxy.behaviour = 'pass';
  assert.deepEqual(codesOf(await ask(graph.url, '{ user(id: "x") { id } }')), ['BAD_USER_INPUT']);
  assert.equal(graph.usersProxy.calls.length, before + 2);
});

import assert from 'node:assert/strict';
import { appendFile } from 'node:fs/promises';
import { after, test } from 'node:test';
import { createUser } from '../harness/client.ts';
import { times } from '../harness/full-count.ts';
import { startGraph } from '../harness/graph.ts';
import type { Call } from '../harness/proxy.ts';
import { countRows } from '../harness/rows.ts';
import { copySupergraph, edit } from '../harness/supergraph-files.ts';
import { until, withDeadline } from '../harness/waiting.ts';

// Deadlines long enough not to end these calls.
const files = await copySupergraph({ after });
await edit(files.supergraph, 'timeout: 2s', 'timeout: 5m');
await edit(files.supergraph, 'timeout: 5s', 'timeout: 5m');
await appendFile(files.supergraph, 'gateway:\n  traffic_shaping:\n    timeout: 5m\n');
const graph = await startGraph(
  { after },
  {
    only: ['users', 'orders'],
    gateway: { SUPERGRAPH_FILE: files.supergraph },
    orders: { USERS_TIMEOUT_MS: '300000' },
  },
);
const user = await createUser(graph.url, 'ada@example.com');

/** Sends an operation whose client can disconnect before the response. */
function send(query: string) {
  const client = new AbortController();
  const body = JSON.stringify({ query });
  const headers = { 'content-type': 'application/json' };
  const answer = fetch(graph.url, { method: 'POST', headers, body, signal: client.signal });
  const leave = async () => {
    client.abort();
    await assert.rejects(answer, { name: 'AbortError' });
  };
  return { answer, leave };
}

for (const operation of ['{ users { id } }', `mutation { createUser(name: "Eve", email: "eve@example.com") { id } }`]) {
  test(`ends the call to the subgraph when the client disconnects: ${operation}`, async (t) => {
    graph.usersProxy.behaviour = 'hang';
    t.after(() => {
      graph.usersProxy.behaviour = 'pass';
    });
    const coming = graph.usersProxy.nextCall();
    const { leave } = send(operation);
    const call = await coming;
    await leave();
    await withDeadline(call.abandoned, () => 'the end of the call');
  });
}

/** Returns the id that a call requests. */
const idIn = ({ query }: Call) => Number(/\bid:\s*"?(\d+)/.exec(query)?.[1]);

test('ends the calls of the clients that disconnect, and answers the others', async (t) => {
  graph.usersProxy.behaviour = 'hold';
  t.after(() => {
    graph.usersProxy.behaviour = 'pass';
  });
  const before = graph.usersProxy.calls.length;
  const clients = Array.from({ length: times(100) }, (_, id) => send(`{ user(id: ${id + 1000}) { id } }`));
  const calls = () => graph.usersProxy.calls.slice(before);
  await until(calls, ({ length }) => length === clients.length);
  const isLeaving = (index: number) => index % 2 === 0;
  await Promise.all(clients.filter((_, index) => isLeaving(index)).map(({ leave }) => leave()));
  const abandoned = calls().filter((call) => isLeaving(idIn(call)));
  assert.equal(abandoned.length, clients.length / 2);
  await withDeadline(Promise.all(abandoned.map((call) => call.abandoned)), () => 'the end of their calls');
  await graph.usersProxy.letGo();
  for (const { answer } of clients.filter((_, index) => !isLeaving(index))) {
    assert.deepEqual(await (await answer).json(), { data: { user: null } });
  }
});

test('ends createOrder down to the last call when the client disconnects, and writes nothing', async () => {
  graph.verificationProxy.behaviour = 'hang';
  const coming = graph.verificationProxy.nextCall();
  const { leave } = send(`mutation { createOrder(userId: ${user}, amount: 1) { id } }`);
  const call = await coming;
  await leave();
  await withDeadline(call.abandoned, () => 'the end of the call');
  assert.equal(countRows(graph.databaseOf('orders'), 'orders'), 0);
});

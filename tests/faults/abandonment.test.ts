import assert from 'node:assert/strict';
import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { createUser } from '../harness/client.ts';
import { startGraph } from '../harness/graph.ts';
import { countRows } from '../harness/rows.ts';
import { copySupergraph, edit } from '../harness/supergraph-files.ts';
import { withDeadline } from '../harness/waiting.ts';

// No deadline of the graph's own ends these calls.
const files = await copySupergraph({ after });
await edit(files.supergraph, 'timeout: 2s', 'timeout: 5m');
await edit(files.supergraph, 'timeout: 5s', 'timeout: 5m');
await appendFile(files.supergraph, 'gateway:\n  traffic_shaping:\n    timeout: 5m\n');
const graph = await startGraph(
  { after },
  { gateway: { SUPERGRAPH_FILE: files.supergraph }, orders: { USERS_TIMEOUT_MS: '300000' } },
);
const user = await createUser(graph.url, 'ada@example.com');

/** Sends an operation, and gives the way to leave before it is answered. */
function send(query: string): () => Promise<void> {
  const client = new AbortController();
  const body = JSON.stringify({ query });
  const headers = { 'content-type': 'application/json' };
  const answer = fetch(graph.url, { method: 'POST', headers, body, signal: client.signal });
  return async () => {
    client.abort();
    await assert.rejects(answer, { name: 'AbortError' });
  };
}

for (const operation of ['{ users { id } }', `mutation { createUser(name: "Eve", email: "eve@example.com") { id } }`]) {
  test(`a client that leaves ends the call to the subgraph: ${operation}`, async (t) => {
    graph.usersProxy.behaviour = 'hang';
    t.after(() => {
      graph.usersProxy.behaviour = 'pass';
    });
    const coming = graph.usersProxy.nextCall();
    const leave = send(operation);
    const call = await coming;
    await leave();
    await withDeadline(call.abandoned, () => 'the end of the call');
  });
}

test('a client that leaves ends createOrder down to the last call, and nothing is written', async () => {
  graph.verificationProxy.behaviour = 'hang';
  const coming = graph.verificationProxy.nextCall();
  const leave = send(`mutation { createOrder(userId: ${user}, amount: 1) { id } }`);
  const call = await coming;
  await leave();
  await withDeadline(call.abandoned, () => 'the end of the call');
  assert.equal(countRows(join(graph.folder, 'orders.sqlite'), 'orders'), 0);
});

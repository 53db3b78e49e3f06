import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createOrder, createUser, get } from '../harness/client.ts';
import { startGraph } from '../harness/graph.ts';
import type { LogLine, RunningProcess } from '../harness/process.ts';

test('resolves orders with their users in two calls and one SQL statement in users', async (t) => {
  const graph = await startGraph(t, { only: ['users', 'orders'], users: { LOG_LEVEL: 'debug' } });
  const ids = [await createUser(graph.url, 'ada@example.com'), await createUser(graph.url, 'bob@example.com', 'Bob')];
  for (let index = 0; index < 20; index += 1) await createOrder(graph.url, ids[index % 2] ?? '');
  graph.usersProxy.calls.length = 0;
  graph.ordersProxy.calls.length = 0;
  const before = await statements(graph.users);

  const { orders } = await get<{ orders: { user: { name: string } }[] }>(
    graph.url,
    '{ orders(first: 20) { user { name } } }',
  );

  assert.deepEqual(
    orders.map(({ user }) => user.name),
    Array.from({ length: 20 }, (_, index) => (index % 2 === 0 ? 'Ada Lovelace' : 'Bob')),
  );
  assert.equal(graph.ordersProxy.calls.length, 1);
  assert.equal(graph.usersProxy.calls.length, 1);
  assert.match(graph.usersProxy.calls[0]?.query ?? '', /_entities/);
  assert.equal((await statements(graph.users)) - before, 1);
});

/** Returns the number of statements a subgraph has run, except those of its health check, which marks the end of the log. */
async function statements({ port, logs, logged }: RunningProcess): Promise<number> {
  const isPing = ({ sql }: LogLine) => sql === 'select 1';
  const pings = logs.filter(isPing).length;
  await fetch(`http://127.0.0.1:${port}/health/ready`);
  await logged((line) => isPing(line) && logs.filter(isPing).length > pings);
  return logs.filter((line) => line.msg === 'statement' && !isPing(line)).length;
}

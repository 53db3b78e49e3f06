import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { createOrder, createUser, get } from '../harness/client.ts';
import { startGraph } from '../harness/graph.ts';
import type { RunningProcess } from '../harness/process.ts';

const RECORDER = pathToFileURL(join(import.meta.dirname, 'connection-recorder.ts')).href;

test('nothing is connected to but the configured addresses, from start to stop', async (t) => {
  const graph = await startGraph(t, { all: { NODE_OPTIONS: `--import=${RECORDER}` } });
  await createOrder(graph.url, await createUser(graph.url, 'ada@example.com'));
  await get(graph.url, '{ orders { user { name } } }');
  await fetch(graph.url, { headers: { accept: 'text/html' } });
  const { gateway, orders, users } = graph;
  for (const process of [gateway, orders, users]) await process.stop();

  assert.deepEqual(connectionsOf(gateway), [hostOf(graph.usersProxy), hostOf(graph.ordersProxy)].sort());
  assert.deepEqual(connectionsOf(orders), [hostOf(graph.verificationProxy)]);
  assert.deepEqual(connectionsOf(users), []);
});

function connectionsOf({ logs }: RunningProcess): unknown[] {
  const connections = logs.filter(({ msg }) => msg === 'connection').map(({ connection }) => connection);
  return [...new Set(connections)].sort();
}

function hostOf({ url }: { url: string }): string {
  return new URL(url).host;
}

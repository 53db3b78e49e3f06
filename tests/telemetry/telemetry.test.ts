import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { isPostgresUrl } from '@lockstep/subgraph-kit/database/engines/postgres-url.ts';
import { createOrder, createProduct, createUser, get } from '../harness/client.ts';
import { startGraph } from '../harness/graph.ts';
import type { RunningProcess } from '../harness/process.ts';

const RECORDER = pathToFileURL(join(import.meta.dirname, 'connection-recorder.ts')).href;

test('connects only to the configured addresses, from start to stop', async (t) => {
  const graph = await startGraph(t, { all: { NODE_OPTIONS: `--import=${RECORDER}` } });
  await createOrder(graph.url, await createUser(graph.url, 'ada@example.com'));
  await get(graph.url, '{ orders { user { name } } }');
  await createProduct(graph.url, 5);
  await get(graph.url, 'mutation { checkout(userId: 1, items: [{ productId: 1, quantity: 1 }]) { id } }');
  await fetch(graph.url, { headers: { accept: 'text/html' } });
  const { gateway, orders, users, products } = graph;
  for (const process of [gateway, orders, users, products]) await process.stop();

  const { usersProxy, ordersProxy, productsProxy, verificationProxy, stockProxy } = graph;
  assert.deepEqual(connectionsOf(gateway), [usersProxy, ordersProxy, productsProxy].map(hostOf).sort());
  const database = isPostgresUrl(graph.databaseOf('users')) ? [hostOf({ url: graph.databaseOf('users') })] : [];
  assert.deepEqual(connectionsOf(orders), [...[verificationProxy, stockProxy].map(hostOf), ...database].sort());
  assert.deepEqual(connectionsOf(users), database);
  assert.deepEqual(connectionsOf(products), database);
});

function connectionsOf({ logs }: RunningProcess): unknown[] {
  const connections = logs.filter(({ msg }) => msg === 'connection').map(({ connection }) => connection);
  return [...new Set(connections)].sort();
}

function hostOf({ url }: { url: string }): string {
  return new URL(url).host;
}

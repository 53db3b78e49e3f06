import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { createOrder, createUser, get } from '../harness/client.ts';
import { startGraph } from '../harness/graph.ts';
import type { RunningProcess } from '../harness/process.ts';

const RECORDER = pathToFileURL(join(import.meta.dirname, 'module-recorder.ts')).href;

const graph = await startGraph({ after }, { only: ['users', 'orders'], all: { NODE_OPTIONS: `--import=${RECORDER}` } });

/** Packages that compose and plan, which the thread that serves has not loaded. */
const PLANNING = ['@apollo/composition', '@apollo/query-planner', '@apollo/federation-internals'];

/** Stops the process, and returns what it has loaded. */
async function loadedBy(process: RunningProcess) {
  await process.stop();
  const { packages, builtins } = await process.logged(({ msg }) => msg === 'loaded');
  assert.ok(Array.isArray(packages) && Array.isArray(builtins));
  return { packages, builtins };
}

test('a gateway that answers has loaded nothing of ApolloGateway, and of node-fetch neither', async () => {
  await createOrder(graph.url, await createUser(graph.url, 'ada@example.com'));
  await get(graph.url, '{ orders { user { name } } }');
  const { packages, builtins } = await loadedBy(graph.gateway);
  assert.ok(packages.includes('graphql'), String(packages));
  for (const name of [...PLANNING, '@apollo/gateway', 'node-fetch', 'make-fetch-happen'])
    assert.ok(!packages.includes(name), name);
  assertWithoutFetch(builtins);
});

test('a subgraph that answers has not loaded the fetch of Node, and on SQLite no driver of PostgreSQL', async () => {
  for (const subgraph of [graph.orders, graph.users]) {
    const { builtins, packages } = await loadedBy(subgraph);
    assertWithoutFetch(builtins);
    assert.ok(packages.includes('better-sqlite3') && !packages.includes('pg'), String(packages));
  }
});

function assertWithoutFetch(builtins: readonly string[]): void {
  assert.ok(builtins.includes('NativeModule http'));
  assert.ok(!builtins.includes('NativeModule internal/deps/undici/undici'));
}

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { createOrder, createUser, get } from '../harness/client.ts';
import { startGraph } from '../harness/graph.ts';

const RECORDER = pathToFileURL(join(import.meta.dirname, 'module-recorder.ts')).href;

test('a gateway that answers has loaded nothing of ApolloGateway, and of node-fetch neither', async (t) => {
  const { url, gateway } = await startGraph(t, { gateway: { NODE_OPTIONS: `--import=${RECORDER}` } });
  await createOrder(url, await createUser(url, 'ada@example.com'));
  await get(url, '{ orders { user { name } } }');
  await gateway.stop();
  const { packages } = await gateway.logged(({ msg }) => msg === 'packages');
  assert.ok(Array.isArray(packages) && packages.includes('@apollo/query-planner'), String(packages));
  for (const name of ['@apollo/gateway', 'node-fetch', 'make-fetch-happen']) assert.ok(!packages.includes(name), name);
});

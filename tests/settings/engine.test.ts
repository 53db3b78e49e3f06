import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { ask, createOrder, createUser } from '../harness/client.ts';
import { startGraph } from '../harness/graph.ts';
import { nextError } from '../harness/next-error.ts';
import { ROOT, runScript } from '../harness/process.ts';
import { copySupergraph, edit, replace } from '../harness/supergraph-files.ts';
import { send, startGateway } from '../harness/things.ts';

const RECORDER = pathToFileURL(join(ROOT, 'tests/foundations/module-recorder.ts')).href;
const APOLLO =
  '\ngateway: { execution: { engine: apollo }, response_cache: { enabled: true, subgraph: { all: { ttl: 1m } } } }\n';
const QUERY = '{ orders { amount user { name orders(first: 1) { status } } } users { name } }';

test('engine: apollo has ApolloGateway run operations, loaded at the start', async (t) => {
  const { supergraph } = await copySupergraph(t);
  await replace(supergraph, (await readFile(supergraph, 'utf8')) + APOLLO);
  const env = { SUPERGRAPH_FILE: supergraph, NODE_OPTIONS: `--import=${RECORDER}` };
  const { url, gateway, usersProxy } = await startGraph(t, { gateway: env });
  await createOrder(url, await createUser(url, 'ada@example.com'));
  const { data, errors } = await ask(url, QUERY);
  assert.equal(errors, undefined);
  assert.match(JSON.stringify(data), /"user":\{"name":".*"orders":\[\{"status":"PENDING"/);
  usersProxy.calls.length = 0;
  for (const _ of ['once', 'again']) await ask(url, '{ users { name } }');
  assert.equal(usersProxy.calls.length, 2);
  assert.ok(gateway.logs.some(({ msg }) => msg.includes('nothing is cached with gateway.execution.engine: apollo')));
  await gateway.stop();
  const { packages } = await gateway.logged(({ msg }) => msg === 'loaded');
  assert.ok(Array.isArray(packages) && packages.includes('@apollo/gateway'), String(packages));
});

test('engine: apollo does not start with schemas that ApolloGateway can not serve', { timeout: 60_000 }, async (t) => {
  const { supergraph, products } = await copySupergraph(t);
  await replace(supergraph, (await readFile(supergraph, 'utf8')) + APOLLO);
  await edit(products, 'import: [', 'import: ["@authenticated", ');
  await edit(products, '  stock: Int!', '  stock: Int! @authenticated');
  const { code, stderr } = await runScript('gateway/src/main.ts', { SUPERGRAPH_FILE: supergraph, LOG_FORMAT: 'json' });
  assert.equal(code, 78);
  assert.match(stderr, /engine: apollo can't serve these schemas: ApolloGateway enforces no @authenticated/);
});

test('a change to engine: apollo that can not be served is refused, and the gateway goes on', async (t) => {
  const { url, process, configure } = await startGateway(t, { isCountGuarded: true });
  const settings = { gateway: 'execution: { engine: apollo }', isCountGuarded: true };
  const { msg } = await nextError(process, () => configure(settings));
  assert.match(msg, /ApolloGateway enforces no @authenticated/);
  assert.deepEqual((await send(url, '{ word }')).data, { word: 'hello' });
});

test('a subscription is refused with status 400, and costs no ApolloGateway', async (t) => {
  const { url, process } = await startGateway(t, {});
  await process.logged(({ msg }) => /have a Subscription type, but subscriptions are not supported/.test(String(msg)));
  const { status, errors } = await send(url, 'subscription { word }');
  assert.deepEqual([status, errors[0]?.message], [400, 'Subscriptions are not supported; query again for changes']);
  assert.deepEqual(errors[0]?.extensions.code, 'OPERATION_NOT_SUPPORTED');
});

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, test } from 'node:test';
import { ask, errorsOf, get } from '../harness/client.ts';
import { type Afterwards, start } from '../harness/graph.ts';
import { nextError } from '../harness/next-error.ts';
import type { RunningProcess } from '../harness/process.ts';
import { configure, copySupergraph, replace } from '../harness/supergraph-files.ts';

/** Starts a gateway with these lines under `gateway`, at the address that they give. */
async function startGateway(t: Afterwards, lines: string, env: Record<string, string> = {}): Promise<Configured> {
  const { supergraph } = await copySupergraph(t);
  const original = await readFile(supergraph, 'utf8');
  const textWith = (changed: string) => `${original}gateway:\n  listen: 127.0.0.1:0\n${changed}`;
  await replace(supergraph, textWith(lines));
  const gateway = await start(t, 'gateway', { GATEWAY_PORT: '', SUPERGRAPH_FILE: supergraph, ...env });
  return {
    ...gateway,
    configure: (changed) => configure(gateway, supergraph, textWith(changed)),
    replace: (text) => replace(supergraph, original + text),
  };
}

interface Configured extends RunningProcess {
  /** Replaces the lines. Resolves once they are in force. */
  configure(lines: string): Promise<void>;
  /** Replaces everything after the original file, the address included. */
  replace(text: string): Promise<void>;
}

const SHARED = '  path: /api\n  health_check: { live: /up, ready: /on }\n';
// Both before the first test: node:test runs `after` once every test that it knows has ended.
const [gateway, ipv6] = await Promise.all([
  startGateway({ after }, SHARED),
  startGateway({ after }, '', { HOST: '::1', DRAIN_DELAY_MS: '1500' }),
]);

test('serves GraphQL and health at the configured paths and nowhere else', async () => {
  assert.equal(new URL(gateway.url).pathname, '/api');
  assert.deepEqual(await get(gateway.url, '{ __typename }'), { __typename: 'Query' });
  assert.deepEqual(
    await statusesOf(gateway.url, ['/up', '/on', '/graphql', '/health/live', '/health/ready']),
    [200, 200, 404, 404, 404],
  );
});

test('applies a change of these paths', async () => {
  await gateway.configure('  path: /v2/graphql\n');
  const moved = new URL('/v2/graphql', gateway.url).href;
  assert.deepEqual(await statusesOf(gateway.url, ['/health/live', '/up', '/api']), [200, 404, 404]);
  assert.deepEqual(await get(moved, '{ __typename }'), { __typename: 'Query' });
  await gateway.configure(SHARED);
  assert.deepEqual(await statusesOf(gateway.url, ['/up']), [200]);
});

test('keeps its address until a restart when listen changes, and applies the other changes', async () => {
  const { msg } = await nextError(gateway, () =>
    gateway.replace(`gateway:\n  listen: "[::1]:1"\n${SHARED.replace('/up', '/alive')}`),
  );
  assert.equal(msg, 'gateway.listen changed to [::1]:1; restart to apply it (still listening on 127.0.0.1:0)');
  assert.deepEqual(await statusesOf(gateway.url, ['/alive', '/up']), [200, 404]);
  await gateway.configure(SHARED);
});

test('listens on the configured host, and on that of HOST if it is set', async () => {
  assert.equal(new URL(gateway.url).hostname, '127.0.0.1');
  assert.equal(new URL(ipv6.url).hostname, '[::1]');
  assert.deepEqual(await get(ipv6.url, '{ __typename }'), { __typename: 'Query' });
});

test('a subgraph listens on the host of HOST', async (t) => {
  const users = await start(t, 'subgraphs/users', { HOST: '::1', USERS_DATABASE: ':memory:' });
  assert.equal(new URL(users.url).hostname, '[::1]');
  assert.equal((await fetch(new URL('/health/live', users.url))).status, 200);
});

test('turns introspection off, and gives no hints at the schema in errors', async () => {
  await gateway.configure(`${SHARED}  introspection: false\n`);
  const [refused] = errorsOf(await ask(gateway.url, '{ __schema { types { name } } }'));
  assert.match(refused ?? '', /^GRAPHQL_VALIDATION_FAILED: GraphQL introspection is not allowed/);
  const guess = await ask(gateway.url, '{ user { id } }');
  assert.doesNotMatch(guess.text, /Did you mean/);
  await gateway.configure(`${SHARED}  introspection: true\n`);
  assert.equal((await ask(gateway.url, '{ __schema { queryType { name } } }')).errors, undefined);
});

test('requires one of the configured headers of requests that any page could send', async () => {
  await gateway.configure(`${SHARED}  csrf: { required_headers: [x-shop, x-admin] }\n`);
  const statusWith = async (headers: Record<string, string>) =>
    (await fetch(`${gateway.url}?query={__typename}`, { headers })).status;
  assert.equal(await statusWith({}), 400);
  assert.equal(await statusWith({ 'apollo-require-preflight': 'true' }), 400);
  assert.equal(await statusWith({ 'X-Shop': '1' }), 200);
  assert.equal(await statusWith({ 'x-admin': '1' }), 200);
});

test('is not ready while it stops, although it still answers', async () => {
  assert.deepEqual(await statusesOf(ipv6.url, ['/health/live', '/health/ready']), [200, 200]);
  const stopped = ipv6.stop();
  await ipv6.logged(({ msg }) => msg.includes('finishing what is under way'));
  assert.deepEqual(await statusesOf(ipv6.url, ['/health/live', '/health/ready']), [200, 503]);
  assert.deepEqual(await get(ipv6.url, '{ __typename }'), { __typename: 'Query' });
  await stopped;
});

async function statusesOf(url: string, paths: readonly string[]): Promise<number[]> {
  const answers = await Promise.all(paths.map((path) => fetch(new URL(path, url))));
  return answers.map(({ status }) => status);
}

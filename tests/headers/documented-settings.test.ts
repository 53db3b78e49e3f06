import assert from 'node:assert/strict';
import { symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { codeBlock } from '../harness/documentation.ts';
import { start, temporaryFolder } from '../harness/graph.ts';
import { ROOT } from '../harness/process.ts';
import { serveSubgraph } from '../harness/subgraph.ts';
import { send } from '../harness/things.ts';

const PAGE = 'docs/configuration.md';
const USERS = 'type Query { count: Int }';

test("follows the page's header rules", async (t) => {
  const users = await serveSubgraph(t, () => ({
    headers: { 'x-ratelimit-remaining': '9', 'cache-control': 'max-age=60' },
    body: { data: { count: 1 } },
  }));
  const file = join(await temporaryFolder(t), 'supergraph.yaml');
  const where = `users:\n    routing_url: ${users.url}\n    schema: { sdl: "${USERS}" }`;
  await writeFile(
    file,
    codeBlock(PAGE, 'headers').replace('users:', () => where),
  );
  const gateway = await start(t, 'gateway', { SUPERGRAPH_FILE: file, GATEWAY_KEY: 'of this test' });
  const client = { authorization: 'Bearer t', 'x-request-id': '7', 'x-request-internal': '8', 'x-user-id': 'root' };
  const { headers } = await send(gateway.url, '{ count }', { ...client, 'accept-language': 'de' });
  const asked = users.calls[0]?.headers ?? {};
  const { authorization, 'x-request-id': id, 'x-language': language, 'x-gateway-key': key } = asked;
  assert.deepEqual([authorization, id, language, key], ['Bearer t', '7', 'de', 'of this test']);
  for (const name of ['x-user-id', 'x-request-internal', 'accept-language']) assert.equal(asked[name], undefined);
  const told = ['x-ratelimit-remaining', 'cache-control', 'x-served-by'].map((name) => headers.get(name));
  assert.deepEqual(told, ['9', 'max-age=60', 'lockstep']);
});

test("calls the page's hooks", async (t) => {
  const users = await serveSubgraph(t, () => ({ body: { data: { count: 1 } } }));
  const folder = await temporaryFolder(t);
  await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  await writeFile(join(folder, 'hooks.mts'), codeBlock(PAGE, 'hooks'));
  await writeFile(join(folder, 'package.json'), '{}');
  const file = join(folder, 'supergraph.yaml');
  const subgraphs = `subgraphs: { users: { routing_url: "${users.url}", schema: { sdl: "${USERS}" } } }`;
  await writeFile(file, `${subgraphs}\ngateway:\n  hooks: { module: ./hooks.mts }\n`);
  const gateway = await start(t, 'gateway', { SUPERGRAPH_FILE: file });
  const { status, errors } = await send(gateway.url, '{ count }');
  assert.deepEqual([status, errors[0]?.extensions.code], [400, 'TENANT_MISSING']);
  const { data, headers } = await send(gateway.url, '{ count }', { 'x-tenant': 'north' });
  assert.deepEqual([data, headers.get('x-asked')], [{ count: 1 }, 'users 200']);
  assert.equal(users.calls[0]?.headers['x-tenant'], 'north');
  assert.doesNotMatch(gateway.output(), /Warning/);
});

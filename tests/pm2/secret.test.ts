import assert from 'node:assert/strict';
import { readFile, stat } from 'node:fs/promises';
import { after, test } from 'node:test';
import { createUser, get } from '../harness/client.ts';
import { createProject } from '../harness/pm2.ts';

const project = await createProject({ after });
const file = project.env.SUBGRAPH_SECRET_FILE ?? '';
const ENTITIES =
  '{"query":"{ _entities(representations: [{ __typename: \\"User\\", id: \\"1\\" }]) { ... on User { name } } }"}';

test('creates a secret at the first start that only its owner can read', async () => {
  const { code, stderr } = await project.npm('start');
  assert.equal(code, 0, stderr);
  assert.match(await readFile(file, 'utf8'), /^[0-9a-f]{64}\n$/);
  assert.equal(((await stat(file)).mode & 0o777).toString(8), '600');
});

test('a subgraph rejects _entities without the secret or with a wrong one', async () => {
  assert.equal((await askUsers({})).status, 403);
  assert.equal((await askUsers({ 'x-subgraph-secret': '0'.repeat(64) })).status, 403);
});

test('a subgraph answers _entities with the secret', async () => {
  await createUser(project.url, 'ada@example.com');
  const response = await askUsers({ 'x-subgraph-secret': (await readFile(file, 'utf8')).trim() });
  assert.deepEqual(await response.json(), { data: { _entities: [{ name: 'Ada Lovelace' }] } });
});

for (const action of ['restart', 'reload']) {
  test(`keeps the secret through a ${action} of one process`, async () => {
    const [secret, before] = [await readFile(file, 'utf8'), await project.list()];
    const { code, stdout } = await project.npm('run', action, 'users');
    assert.equal(code, 0);
    assert.match(stdout, new RegExp(`${action}ed users\n`));
    assert.deepEqual(
      (await project.list()).map(({ name, pid }) => `${name} ${before.some((process) => process.pid === pid)}`),
      ['gateway true', 'orders true', 'products true', 'users false'],
    );
    assert.deepEqual(await get(project.url, '{ users { name } }'), { users: [{ name: 'Ada Lovelace' }] });
    assert.equal(await readFile(file, 'utf8'), secret);
  });
}

function askUsers(headers: Record<string, string>): Promise<Response> {
  const json = { 'content-type': 'application/json' };
  return fetch(project.usersUrl, { method: 'POST', headers: { ...json, ...headers }, body: ENTITIES });
}

import assert from 'node:assert/strict';
import { readFile, stat } from 'node:fs/promises';
import { test } from 'node:test';
import { createUser, get } from '../harness/client.ts';
import type { Project } from '../harness/pm2.ts';

const ENTITIES =
  '{"query":"{ _entities(representations: [{ __typename: \\"User\\", id: \\"1\\" }]) { ... on User { name } } }"}';

/** Tests the secret between gateway and subgraphs in a project that was just started for the first time. */
export function testSecret(project: Project): void {
  const file = project.env.SUBGRAPH_SECRET_FILE ?? '';

  test('creates a secret at the first start that only its owner can read', async () => {
    assert.match(await readFile(file, 'utf8'), /^[0-9a-f]{64}\n$/);
    assert.equal(((await stat(file)).mode & 0o777).toString(8), '600');
  });

  test('a subgraph rejects _entities without the secret or with a wrong one', async () => {
    assert.equal((await askUsers(project, {})).status, 403);
    assert.equal((await askUsers(project, { 'x-subgraph-secret': '0'.repeat(64) })).status, 403);
  });

  test('a subgraph answers _entities with the secret', async () => {
    await createUser(project.url, 'ada@example.com');
    const response = await askUsers(project, { 'x-subgraph-secret': (await readFile(file, 'utf8')).trim() });
    assert.deepEqual(await response.json(), { data: { _entities: [{ name: 'Ada Lovelace' }] } });
  });

  for (const action of ['restart', 'reload']) {
    test(`keeps the secret through a ${action} of one process`, async () => {
      const [secret, before] = [await readFile(file, 'utf8'), await project.list()];
      const { code, stdout } = await project.npm('run', action, 'users');
      assert.equal(code, 0);
      assert.match(stdout, new RegExp(`${action}ed users\n`));
      const now = await project.list();
      assert.equal(now.length, before.length);
      const started = now.filter(({ pid }) => !before.some((process) => process.pid === pid));
      assert.deepEqual(
        started.map(({ name }) => name),
        ['users'],
      );
      assert.deepEqual(await get(project.url, '{ users { name } }'), { users: [{ name: 'Ada Lovelace' }] });
      assert.equal(await readFile(file, 'utf8'), secret);
    });
  }
}

function askUsers({ usersUrl }: Project, headers: Record<string, string>): Promise<Response> {
  const json = { 'content-type': 'application/json' };
  return fetch(usersUrl, { method: 'POST', headers: { ...json, ...headers }, body: ENTITIES });
}

import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { after, type TestContext, test } from 'node:test';
import { createOrder, createUser } from '../harness/client.ts';
import { codeBlock } from '../harness/documentation.ts';
import { startGraph } from '../harness/graph.ts';
import { ROOT, runScript } from '../harness/process.ts';

const ADDRESS = 'http://127.0.0.1:4000/graphql';

const CLIENTS = [
  { page: 'README.md', name: 'fetch' },
  { page: 'docs/frontend.md', name: 'apollo-client' },
];

const graph = await startGraph({ after }, { only: ['users', 'orders'] });
const user = await createUser(graph.url, 'ada@example.com');
await createOrder(graph.url, user, '10.50');

/** Runs a page's code in a folder from which its imports resolve. Resolves with its output. */
async function run(t: TestContext, code: string): Promise<string> {
  assert.ok(code.includes(ADDRESS), `the code doesn't call ${ADDRESS}`);
  const folder = await mkdtemp(join(import.meta.dirname, '.tmp-'));
  t.after(() => rm(folder, { recursive: true }));
  const file = join(folder, 'snippet.ts');
  await writeFile(file, code.replaceAll(ADDRESS, graph.url));
  const { code: exitCode, stdout, stderr } = await runScript(relative(ROOT, file));
  assert.deepEqual([exitCode, stderr], [0, '']);
  return stdout;
}

for (const { page, name } of CLIENTS) {
  test(`the code for ${name} prints each order and its user`, async (t) => {
    assert.match(await run(t, codeBlock(page, name)), /^10\.50 Ada Lovelace\s*$/);
  });

  test(`the code for ${name} prints the rest while users is down`, async (t) => {
    graph.usersProxy.behaviour = 'reset';
    t.after(() => {
      graph.usersProxy.behaviour = 'pass';
    });
    assert.match(await run(t, codeBlock(page, name)), /^10\.50 user unknown\b/);
  });
}

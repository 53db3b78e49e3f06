import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { after, type TestContext, test } from 'node:test';
import { createOrder, createUser } from '../harness/client.ts';
import { startGraph } from '../harness/graph.ts';
import { ROOT, runScript } from '../harness/process.ts';

const ADDRESS = 'http://127.0.0.1:4000/graphql';

const readme = await readFile(join(ROOT, 'README.md'), 'utf8');
const graph = await startGraph({ after });
const user = await createUser(graph.url, 'ada@example.com');
await createOrder(graph.url, user, '10.50');

/** The code under `<!-- test: name -->`. */
function snippet(name: string): string {
  const [, code] = new RegExp(`<!-- test: ${name} -->\\n+\`\`\`[jt]s\\n(.*?)\\n\`\`\``, 's').exec(readme) ?? [];
  assert.ok(code, `README.md has no code block after <!-- test: ${name} -->`);
  assert.ok(code.includes(ADDRESS), `the code block ${name} doesn't call ${ADDRESS}`);
  return code;
}

/** Runs it, from a folder where its imports resolve, and gives what it printed. */
async function run(t: TestContext, code: string): Promise<string> {
  const folder = await mkdtemp(join(import.meta.dirname, '.tmp-'));
  t.after(() => rm(folder, { recursive: true }));
  const file = join(folder, 'snippet.ts');
  await writeFile(file, code.replaceAll(ADDRESS, graph.url));
  const { code: exitCode, stdout, stderr } = await runScript(relative(ROOT, file));
  assert.deepEqual([exitCode, stderr], [0, '']);
  return stdout;
}

for (const name of ['fetch', 'apollo-client']) {
  test(`the README’s lines for ${name} print each order and its user`, async (t) => {
    assert.match(await run(t, snippet(name)), /^10\.50 Ada Lovelace\s*$/);
  });

  test(`the README’s lines for ${name} print the rest where users is down`, async (t) => {
    graph.usersProxy.behaviour = 'reset';
    t.after(() => {
      graph.usersProxy.behaviour = 'pass';
    });
    assert.match(await run(t, snippet(name)), /^10\.50 user unknown\b/);
  });
}

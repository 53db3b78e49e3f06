import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { ask, codesOf } from '../harness/client.ts';
import { ROOT } from '../harness/process.ts';
import { startConfigured } from './configured.ts';

const readme = await readFile(join(ROOT, 'README.md'), 'utf8');

/** The YAML under `<!-- test: name -->`. */
function settings(name: string): string {
  const [, yaml] = new RegExp(`<!-- test: ${name} -->\\n+\`\`\`yaml\\n(.*?)\`\`\``, 's').exec(readme) ?? [];
  assert.ok(yaml, `README.md has no YAML after <!-- test: ${name} -->`);
  return yaml;
}

test("the README's limits hold", async (t) => {
  const { graph } = await startConfigured(t, settings('protect'));
  const query = (fields: number) => `{ ${'__typename '.repeat(fields)} }`;
  assert.equal((await ask(graph.url, query(20))).status, 200);
  assert.deepEqual(codesOf(await ask(graph.url, query(21))), ['OPERATION_LIMIT_EXCEEDED']);
});

test("the README's safelist runs what is in the manifests", async (t) => {
  const manifests = { 'web.json': '{"names":"{ users { name } }"}', 'app.json': '{"ids":"{ users { id } }"}' };
  const { graph } = await startConfigured(t, settings('safelist'), manifests);
  assert.equal((await ask(graph.url, '{ users { id } }')).status, 200);
  assert.deepEqual(codesOf(await ask(graph.url, '{ users { email } }')), ['FORBIDDEN']);
});

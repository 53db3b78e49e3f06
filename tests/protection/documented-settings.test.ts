import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ask, codesOf } from '../harness/client.ts';
import { codeBlock } from '../harness/documentation.ts';
import { startConfigured } from './configured.ts';

const PAGE = 'docs/configuration.md';

test('enforces the limits of the page', async (t) => {
  const { graph } = await startConfigured(t, codeBlock(PAGE, 'limits'), {}, []);
  const query = (fields: number) => `{ ${'__typename '.repeat(fields)} }`;
  assert.equal((await ask(graph.url, query(20))).status, 200);
  assert.deepEqual(codesOf(await ask(graph.url, query(21))), ['OPERATION_LIMIT_EXCEEDED']);
});

test("runs the operations of the manifests with the page's safelist", async (t) => {
  const manifests = { 'web.json': '{"names":"{ users { name } }"}', 'app.json': '{"ids":"{ users { id } }"}' };
  const { graph } = await startConfigured(t, codeBlock(PAGE, 'safelist'), manifests, ['users']);
  assert.equal((await ask(graph.url, '{ users { id } }')).status, 200);
  assert.deepEqual(codesOf(await ask(graph.url, '{ users { email } }')), ['FORBIDDEN']);
});

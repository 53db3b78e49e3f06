import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { ask } from '../harness/client.ts';
import { start, temporaryFolder } from '../harness/graph.ts';
import { ROOT } from '../harness/process.ts';
import { replace } from '../harness/supergraph-files.ts';
import { guardedFiles } from './guarded-files.ts';

const readme = await readFile(join(ROOT, 'README.md'), 'utf8');

/** The first code block with such a text in it. */
function blockWith(text: string): string {
  const block = [...readme.matchAll(/```\w+\n(.*?)\n```/gs)].find(([, code = '']) => code.includes(text))?.[1];
  assert.ok(block, `README.md has no code block with ${text}`);
  return block;
}

test("a gateway starts with the README's settings, its rules and its policies", async (t) => {
  const files = await guardedFiles(t, '');
  const folder = dirname(files.supergraph);
  await writeFile(join(folder, 'policies.mts'), blockWith('grantedPolicies('));
  await writeFile(join(folder, 'labels.mts'), 'export function activeLabels() { return []; }');
  const subgraphs = (await readFile(files.supergraph, 'utf8')).replace(/^gateway:.*\n/m, '');
  await replace(files.supergraph, `${subgraphs}${blockWith('authentication:')}\n`);
  const addresses = { USERS_URL: 'http://127.0.0.1:1/', ORDERS_URL: 'http://127.0.0.1:1/' };
  const gateway = await start(t, 'gateway', { SUPERGRAPH_FILE: files.supergraph, ...addresses });
  assert.deepEqual((await ask(gateway.url, '{ __typename }')).data, { __typename: 'Query' });
  const refused = await ask(gateway.url, '{ __typename }', {}, { authorization: 'Basic dXNlcg==' });
  assert.equal(refused.status, 401);
});

test("the README's policies are those of a token's roles", async (t) => {
  const file = join(await temporaryFolder(t), 'policies.mts');
  await writeFile(file, blockWith('grantedPolicies('));
  const { grantedPolicies } = await import(pathToFileURL(file).href);
  assert.deepEqual(grantedPolicies(['owner', 'other'], { claims: { roles: ['owner'] } }), ['owner']);
  assert.deepEqual(grantedPolicies(['owner'], { claims: { roles: [] } }), []);
});

import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { ask } from '../harness/client.ts';
import { codeBlock } from '../harness/documentation.ts';
import { start, temporaryFolder } from '../harness/graph.ts';
import { replace } from '../harness/supergraph-files.ts';
import { guardedFiles } from './guarded-files.ts';

const PAGE = 'docs/configuration.md';

test("starts with the page's identity settings, its rules and its policies", async (t) => {
  const files = await guardedFiles(t, '');
  const folder = dirname(files.supergraph);
  await writeFile(join(folder, 'policies.mts'), codeBlock(PAGE, 'policies'));
  await writeFile(join(folder, 'labels.mts'), 'export function activeLabels() { return []; }');
  const subgraphs = (await readFile(files.supergraph, 'utf8')).replace(/^gateway:.*\n/m, '');
  await replace(files.supergraph, `${subgraphs}${codeBlock(PAGE, 'identity')}\n`);
  const addresses = { USERS_URL: 'http://127.0.0.1:1/', ORDERS_URL: 'http://127.0.0.1:1/' };
  const gateway = await start(t, 'gateway', { SUPERGRAPH_FILE: files.supergraph, ...addresses });
  assert.deepEqual((await ask(gateway.url, '{ __typename }')).data, { __typename: 'Query' });
  const refused = await ask(gateway.url, '{ __typename }', {}, { authorization: 'Basic dXNlcg==' });
  assert.equal(refused.status, 401);
});

test('grants the policies of the page by the roles of a token', async (t) => {
  const file = join(await temporaryFolder(t), 'policies.mts');
  await writeFile(file, codeBlock(PAGE, 'policies'));
  const { grantedPolicies } = await import(pathToFileURL(file).href);
  assert.deepEqual(grantedPolicies(['owner', 'other'], { claims: { roles: ['owner'] } }), ['owner']);
  assert.deepEqual(grantedPolicies(['owner'], { claims: { roles: [] } }), []);
});

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { get } from '../harness/client.ts';
import { start } from '../harness/graph.ts';
import { ROOT } from '../harness/process.ts';
import { copySupergraph, replace } from '../harness/supergraph-files.ts';

const readme = await readFile(join(ROOT, 'README.md'), 'utf8');

/** Where users is, which the README leaves out of its examples. */
const USERS = `
    routing_url: http://127.0.0.1:4001/graphql
    schema: { file: ./subgraphs/users/schema.graphql }`;

/** The YAML under `<!-- test: name -->`, as a whole file. */
function supergraphOf(name: string): string {
  const [, yaml] = new RegExp(`<!-- test: ${name} -->\\n+\`\`\`yaml\\n(.*?)\\n\`\`\``, 's').exec(readme) ?? [];
  assert.ok(yaml, `README.md has no YAML after <!-- test: ${name} -->`);
  return yaml.includes('  users:')
    ? yaml.replace('  users:', `  users:${USERS}`)
    : `subgraphs:\n  users:${USERS}\n${yaml}`;
}

for (const name of ['slow-subgraph', 'too-many-requests']) {
  test(`the README's settings for ${name} are served`, async (t) => {
    const { supergraph } = await copySupergraph(t);
    await replace(supergraph, supergraphOf(name));
    const { url } = await start(t, 'gateway', { SUPERGRAPH_FILE: supergraph });
    assert.deepEqual(await get(url, '{ __typename }'), { __typename: 'Query' });
  });
}

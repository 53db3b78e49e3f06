import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { get } from '../harness/client.ts';
import { codeBlock } from '../harness/documentation.ts';
import { start } from '../harness/graph.ts';
import { configure, copySupergraph } from '../harness/supergraph-files.ts';

/** Entry of users, which the page leaves out of its examples. */
const USERS = `
    routing_url: http://127.0.0.1:4001/graphql
    schema: { file: ./subgraphs/users/schema.graphql }`;

/** Returns the page's settings of that name, as a whole file. */
function supergraphOf(name: string): string {
  const yaml = codeBlock('docs/configuration.md', name);
  return yaml.includes('  users:')
    ? yaml.replace('  users:', `  users:${USERS}`)
    : `subgraphs:\n  users:${USERS}\n${yaml}`;
}

const { supergraph } = await copySupergraph({ after });
const gateway = await start({ after }, 'gateway', { SUPERGRAPH_FILE: supergraph });

for (const name of ['slow-subgraph', 'too-many-requests']) {
  test(`serves with the page's settings for ${name}`, async () => {
    await configure(gateway, supergraph, supergraphOf(name));
    assert.deepEqual(await get(gateway.url, '{ __typename }'), { __typename: 'Query' });
  });
}

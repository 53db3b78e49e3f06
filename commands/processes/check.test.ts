import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { type App, GATEWAY, readApps } from './apps.ts';
import { checkConfiguration } from './check.ts';

const folder = mkdtempSync(join(tmpdir(), 'lockstep-check-'));
after(() => rmSync(folder, { recursive: true }));
const supergraphFile = join(folder, 'supergraph.yaml');
writeFileSync(
  supergraphFile,
  `subgraphs:
  a: { routing_url: http://127.0.0.1:1/graphql, schema: { file: ./a.graphql } }
  b: { routing_url: http://127.0.0.1:2/graphql, schema: { file: ./b.graphql } }
`,
);
writeFileSync(join(folder, 'a.graphql'), 'type Query { a: Int }');

/** Returns the gateway as a command would start it, with the supergraph of this test. */
function gateway(): App {
  const [app] = readApps([GATEWAY], {});
  assert.ok(app);
  return { ...app, env: { ...app.env, SUPERGRAPH_FILE: supergraphFile } };
}

test('schemas that compose are accepted', async () => {
  writeFileSync(join(folder, 'b.graphql'), 'type Query { b: Int }');
  await checkConfiguration([gateway()]);
});

test('schemas that are valid alone, and contradict each other, are refused before any process is touched', async () => {
  writeFileSync(join(folder, 'b.graphql'), 'type Query { a: String }');
  await assert.rejects(
    checkConfiguration([gateway()]),
    /^CommandError: gateway: The schemas don't compose:\n.*Query\.a/s,
  );
});

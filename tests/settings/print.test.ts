import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runScript } from '../harness/process.ts';
import { copySupergraph, edit } from '../harness/supergraph-files.ts';

const COMMAND = 'gateway/src/print-settings.ts';

test('npm run config prints every setting with its line or variable', async (t) => {
  const { supergraph } = await copySupergraph(t);
  const line = await edit(supergraph, 'timeout: 2s', 'timeout: 1500ms');
  const { code, stdout, stderr } = await runScript(COMMAND, { SUPERGRAPH_FILE: supergraph, GATEWAY_PORT: '5000' });
  assert.deepEqual([code, stderr], [0, '']);
  assert.match(stdout, new RegExp(`^    timeout: 1500ms +# supergraph\\.yaml:${line}$`, 'm'));
  assert.match(stdout, /^ {2}listen: 127\.0\.0\.1:5000 +# environment variable GATEWAY_PORT$/m);
  assert.match(stdout, /^ {4}batch_entities: true +# default$/m);
});

test('npm run config finds a missing schema file, with its line', async (t) => {
  const { supergraph } = await copySupergraph(t);
  const line = await edit(supergraph, 'users/schema.graphql', 'users/nowhere.graphql');
  const { code, stderr } = await runScript(COMMAND, { SUPERGRAPH_FILE: supergraph });
  assert.equal(code, 1);
  assert.match(
    stderr,
    new RegExp(`${supergraph}:${line}: subgraphs\\.users\\.schema\\.file: there is no file .*nowhere`),
  );
});

test('npm run config prints the mistakes of a wrong file and fails', async (t) => {
  const { supergraph } = await copySupergraph(t);
  const lines = [
    await edit(supergraph, 'timeout: 2s', 'timeout: soon'),
    await edit(supergraph, 'timeout: 5s', 'timeuot: 5s'),
  ];
  const { code, stdout, stderr } = await runScript(COMMAND, { SUPERGRAPH_FILE: supergraph });
  assert.deepEqual([code, stdout], [1, '']);
  for (const line of lines) assert.ok(stderr.includes(`${supergraph}:${line}: `), stderr);
  assert.match(stderr, /subgraphs\.users\.timeout: "soon.*": give a duration such as 500ms, 2s or 1m/);
  assert.match(stderr, /subgraphs\.orders\.timeuot: unknown key; did you mean "timeout"\?/);
});

import assert from 'node:assert/strict';
import { readFile, rename } from 'node:fs/promises';
import { after, test } from 'node:test';
import { ask, codesOf, createUser, get } from '../harness/client.ts';
import { serveFederatedSubgraph } from '../harness/federated-subgraph.ts';
import { type Afterwards, startGraph } from '../harness/graph.ts';
import { nextError } from '../harness/next-error.ts';
import { runScript } from '../harness/process.ts';
import { copySupergraph, edit, replace } from '../harness/supergraph-files.ts';
import { untilEverywhere } from '../harness/waiting.ts';

const files = await copySupergraph({ after });
const graph = await startGraph(
  { after },
  { only: ['users', 'orders'], gateway: { SUPERGRAPH_FILE: files.supergraph } },
);
const user = await createUser(graph.url, 'ada@example.com');

const NAMES = '{ users { name } }';
const ANSWER = { users: [{ name: 'Ada Lovelace' }] };

const REFUSED: [name: string, from: string, to: string, says: string][] = [
  ['a text that is no YAML', 'timeout: 2s', 'timeout: 2s: 3s', 'Nested mappings are not allowed in compact mappings'],
  [
    'a key that there is not',
    'timeout: 2s',
    'timeouts: 2s',
    'subgraphs.users.timeouts: unknown key; did you mean "timeout"?',
  ],
  [
    'a duration without a unit',
    'timeout: 2s',
    'timeout: 2',
    'subgraphs.users.timeout: 2: give a duration such as 500ms, 2s or 1m',
  ],
  [
    'a variable that is not set',
    'timeout: 2s',
    `timeout: \${env.NOWHERE}`,
    `subgraphs.users.timeout: \${env.NOWHERE}: the environment variable NOWHERE isn't set; set it, or write \${env.NOWHERE:-default}`,
  ],
];

for (const [name, from, to, says] of REFUSED) {
  test(`rejects ${name} with its line, and keeps the graph`, async (t) => {
    const good = await readFile(files.supergraph, 'utf8');
    t.after(() => replace(files.supergraph, good));
    let line = 0;
    const { msg } = await nextError(graph.gateway, async () => {
      line = await edit(files.supergraph, from, to);
    });
    assert.match(msg, /^the change is refused, the graph stays as it was\. The supergraph file can't be used:\n/);
    assert.ok(msg.includes(says), msg);
    assert.match(msg, new RegExp(`supergraph\\.yaml:${line}: `));
    assert.deepEqual(await get(graph.url, NAMES), ANSWER);
  });
}

test('keeps the graph while the file is missing, and follows it again when it is back', async () => {
  const away = `${files.supergraph}.away`;
  const { msg } = await nextError(graph.gateway, () => rename(files.supergraph, away));
  assert.match(msg, /The supergraph file can't be read: ENOENT/);
  assert.deepEqual(await get(graph.url, NAMES), ANSWER);

  await rename(away, files.supergraph);
  await edit(files.supergraph, 'timeout: 2s', 'timeout: 100ms');
  graph.usersProxy.behaviour = 'hang';
  await untilEverywhere(
    graph.gateway,
    async (url) => (await ask(url, NAMES)).text,
    (text) => text.includes('within 100 ms'),
  );
  await edit(files.supergraph, 'timeout: 100ms', 'timeout: 2s');
  graph.usersProxy.behaviour = 'pass';
});

test('adds a subgraph to the graph while the gateway runs', async (t) => {
  const url = await startNicknames(t);
  const sdl = NICKNAMES.replaceAll('\n', '\n        ');
  const added = `  nicknames:\n    routing_url: ${url}\n    schema:\n      sdl: |\n        ${sdl}\n`;
  await replace(files.supergraph, (await readFile(files.supergraph, 'utf8')) + added);
  const query = `{ user(id: ${user}) { name nickname } }`;
  const answer = await untilEverywhere(
    graph.gateway,
    (url) => ask(url, query),
    (seen) => !codesOf(seen).includes('GRAPHQL_VALIDATION_FAILED'),
  );
  assert.deepEqual(answer.data, { user: { name: 'Ada Lovelace', nickname: `nickname of ${user}` } });
});

test('exits with 78 at a start with mistakes in the file, printing each with its line', async (t) => {
  const { supergraph } = await copySupergraph(t);
  const lines = [
    await edit(supergraph, 'timeout: 2s', 'timeout: soon'),
    await edit(supergraph, 'timeout: 5s', 'retries: 5'),
    await edit(supergraph, 'file: ./subgraphs/users', 'path: ./subgraphs/users'),
  ];
  const { code, stdout, stderr } = await runScript('gateway/src/main.ts', {
    SUPERGRAPH_FILE: supergraph,
    LOG_FORMAT: 'json',
  });
  assert.deepEqual([code, stdout], [78, '']);
  for (const line of lines) assert.ok(stderr.includes(`${supergraph}:${line}: `), stderr);
  assert.match(stderr, /subgraphs\.users\.timeout: .*"soon.*: give a duration such as 500ms, 2s or 1m/);
  assert.match(stderr, /subgraphs\.orders\.retries: unknown key/);
  assert.match(stderr, /subgraphs\.users\.schema\.path: unknown key; give file: with the path of the schema, /);
});

const NICKNAMES = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])
type User @key(fields: "id") {
  id: ID!
  nickname: String
}`;

/** Starts a subgraph that adds a field to users. */
function startNicknames(t: Afterwards): Promise<string> {
  const __resolveReference = ({ id }: { id: string }) => ({ id, nickname: `nickname of ${id}` });
  return serveFederatedSubgraph(t, { typeDefs: NICKNAMES, resolvers: { User: { __resolveReference } } });
}

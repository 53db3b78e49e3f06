import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { readSupergraphFile } from './supergraph-file.ts';
import { brief, folder, mistakesOf, read } from './testing/written-file.ts';

test("reads rover's format, resolves paths relative to the file, and has a default timeout", () => {
  const { subgraphs, gateway } = read(`
federation_version: =2.14.4
subgraphs:
  a:
    routing_url: \${env.A_URL:-http://127.0.0.1:1/graphql}
    schema: { file: ./a.graphql }
    timeout: 1500ms
  b:
    routing_url: http://127.0.0.1:2/graphql
    schema: { sdl: "type Query { b: Int }" }
`);
  assert.deepEqual(subgraphs, [
    {
      name: 'a',
      routingUrl: 'http://127.0.0.1:1/graphql',
      schema: { file: join(folder, 'a.graphql') },
      timeoutMs: 1500,
      compressedReplies: true,
    },
    {
      name: 'b',
      routingUrl: 'http://127.0.0.1:2/graphql',
      schema: { sdl: 'type Query { b: Int }' },
      timeoutMs: 30_000,
      compressedReplies: true,
    },
  ]);
  assert.deepEqual(gateway.traffic, {
    timeoutMs: 10_000,
    deduplicateQuery: true,
    batchEntities: true,
    mergeFetches: true,
  });
});

test('replaces environment variables', () => {
  const text =
    'subgraphs: { a: { routing_url: "${env.A_URL}", schema: { file: a.graphql }, timeout: "${env.T:-2s}" } }';
  assert.deepEqual(
    read(text, { A_URL: 'http://a:1/' }).subgraphs.map(({ routingUrl, timeoutMs }) => [routingUrl, timeoutMs]),
    [['http://a:1/', 2000]],
  );
});

test('turns off deduplication and batching', () => {
  const { gateway } = read(`
subgraphs: { a: { routing_url: "http://a:1/", schema: { file: a.graphql } } }
gateway: { traffic_shaping: { deduplicate_query: false, batch_entities: "\${env.BATCH:-false}" } }
`);
  assert.deepEqual(gateway.traffic, {
    timeoutMs: 10_000,
    deduplicateQuery: false,
    batchEntities: false,
    mergeFetches: true,
  });
  const wrong =
    'subgraphs: { a: { routing_url: "http://a:1/", schema: { file: a } } }\ngateway: { traffic_shaping: { batch_entities: 1, colour: 2 } }';
  assert.deepEqual(brief(mistakesOf(wrong)), [
    '2: gateway.traffic_shaping.batch_entities: 1: give true or false',
    '2: gateway.traffic_shaping.colour: unknown key; known keys: …',
  ]);
});

test('reports every mistake with its line, its key, the value found and advice', () => {
  assert.deepEqual(
    brief(
      mistakesOf(`federation_version: 1
subgraphs:
  a:
    routing_url: users:4001
    schema: { fil: ./a.graphql }
    timeout: 5
  b:
    schema: { file: ./b.graphql }
    colour: blue
`),
    ),
    [
      '1: federation_version: 1: give 2, or a version such as =2.14.4',
      '4: subgraphs.a.routing_url: "users:4001": give an address that starts with http://, https:// or unix:///',
      '5: subgraphs.a.schema.fil: unknown key; did you mean "file"?',
      '6: subgraphs.a.timeout: 5: give a duration such as 500ms, 2s or 1m',
      '8: subgraphs.b.routing_url: is missing: give an address that starts with http://, https:// or unix:///',
      '9: subgraphs.b.colour: unknown key; known keys: …',
    ],
  );
});

test('rejects a file without subgraphs, and a missing file', () => {
  assert.match(mistakesOf('subgraphs: {}')[0] ?? '', /give at least one subgraph/);
  assert.match(mistakesOf('')[0] ?? '', /^1: /);
  assert.throws(
    () => readSupergraphFile({ supergraphFile: join(folder, 'none.yaml'), env: {}, overrides: [] }),
    /can't be read.*Set SUPERGRAPH_FILE/s,
  );
});

test('rejects invalid YAML with its line', () => {
  assert.match(mistakesOf('subgraphs:\n  a: [\n')[0] ?? '', /^\d+: /);
});

test('rejects an unset variable with its line', () => {
  const text = 'subgraphs:\n  a:\n    routing_url: ${env.A_URL}\n    schema: { file: a.graphql }\n';
  assert.match(
    mistakesOf(text)[0] ?? '',
    /^3: subgraphs\.a\.routing_url: \$\{env\.A_URL\}: the environment variable A_URL isn't set/,
  );
});

test('rejects an unset variable in a list with its index, and says nothing else of it', () => {
  const urls = '["http://127.0.0.1:1/", "${env.A_URL}"]';
  const [mistake, ...others] = mistakesOf(`subgraphs:\n  a:\n    routing_urls: ${urls}\n    schema: { sdl: x }\n`);
  assert.match(mistake ?? '', /^3: subgraphs\.a\.routing_urls\.1: \$\{env\.A_URL\}: the environment variable A_URL/);
  assert.deepEqual(others, []);
});

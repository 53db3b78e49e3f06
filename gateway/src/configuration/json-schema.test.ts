import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Ajv } from 'ajv';
import { parse } from 'yaml';
import { keysOfFile, supergraphJsonSchema } from './json-schema.ts';
import { mistakesOf, withGateway } from './testing/written-file.ts';

const schema = supergraphJsonSchema();
const ajv = new Ajv({ allowUnionTypes: true, formats: { uri: true } });
const validate = ajv.compile(schema);

const SUBGRAPH = 'routing_url: "http://a:1/", schema: { file: a.graphql }';

const TAKEN: Record<string, string> = {
  "rover's smallest file": `subgraphs: { a: { ${SUBGRAPH} } }`,
  'a version': `federation_version: =2.14.4\nsubgraphs: { a: { ${SUBGRAPH} } }`,
  'a version that is a number': `federation_version: 2\nsubgraphs: { a: { ${SUBGRAPH} } }`,
  'an inline schema': 'subgraphs: { a: { routing_url: "https://a:1/", schema: { sdl: "type Query { a: Int }" } } }',
  'a timeout': `subgraphs: { a: { ${SUBGRAPH}, timeout: 50ms } }`,
  'variables for texts': 'subgraphs: { a: { routing_url: "${env.A:-http://a}", schema: { file: "${env.F:-a}" } } }',
  'a variable for a boolean': withGateway('  traffic_shaping: { batch_entities: "${env.B:-false}" }'),
  'an empty section': withGateway('  traffic_shaping: {}'),
  'where it listens': withGateway('  listen: "[::]:4000"\n  path: /\n'),
  'each page': withGateway('  landing_page: graphiql'),
  'a page that is on': withGateway('  landing_page: true'),
  'a variable for either': withGateway('  landing_page: "${env.PAGE:-sandbox}"'),
  'origins, one of a variable': withGateway(
    '  cors: { origins: ["*", "${env.SHOP:-https://a.example}"], max_age: 1m }',
  ),
  'headers against forgery': withGateway('  csrf: { required_headers: [x-shop] }'),
  'errors by subgraph': withGateway('  include_subgraph_errors: { all: false, a: true }'),
  'a schema to ask for': 'subgraphs: { a: { routing_url: "http://a/", schema: { subgraph_url: "http://a/" } } }',
  'a socket of a subgraph':
    'subgraphs: { a: { routing_url: "unix:///run/a.sock?path=/graphql", schema: { file: a.graphql } } }',
  'a socket to listen on': withGateway('  listen: unix:/run/gateway.sock'),
  'several instances':
    'subgraphs: { a: { routing_urls: ["http://a/", "${env.A:-http://b/}"], schema: { file: a.graphql } } }',
  'error codes': `subgraphs: { a: { ${SUBGRAPH}, error_codes: [GONE], error_extensions: [left] } }`,
  'a secret': `subgraphs: { a: { ${SUBGRAPH}, secret: 0123456789abcdef }, b: { ${SUBGRAPH}, secret: false } }`,
  'a setting': withGateway('  traffic_shaping: { deduplicate_query: false }'),
};

const REFUSED: Record<string, string> = {
  'no subgraph': 'subgraphs: {}',
  'no subgraphs': 'gateway: {}',
  'a name with a space': `subgraphs: { "a b": { ${SUBGRAPH} } }`,
  'another version': `federation_version: 1\nsubgraphs: { a: { ${SUBGRAPH} } }`,
  'an address without a scheme': 'subgraphs: { a: { routing_url: "a:4001", schema: { file: a } } }',
  'no instance': 'subgraphs: { a: { routing_urls: [], schema: { file: a } } }',
  'a schema of two forms': 'subgraphs: { a: { routing_url: "http://a/", schema: { file: a, sdl: b } } }',
  'a duration without a unit': `subgraphs: { a: { ${SUBGRAPH}, timeout: 5 } }`,
  'a duration of another unit': `subgraphs: { a: { ${SUBGRAPH}, timeout: 5h } }`,
  'an unknown key': `subgraphs: { a: { ${SUBGRAPH}, timout: 5s } }`,
  'an unknown section': withGateway('  traffic: {}'),
  'a number for a boolean': withGateway('  traffic_shaping: { batch_entities: 1 }'),
  'a text for a boolean': withGateway('  traffic_shaping: { batch_entities: "true" }'),
  'an empty section': withGateway('  traffic_shaping:'),
  'a port alone': withGateway('  listen: 4000'),
  'a path without a slash': withGateway('  path: graphql'),
  'an unknown page': withGateway('  landing_page: apollo'),
  'an origin with a path': withGateway('  cors: { origins: [https://a.example/shop] }'),
  'an origin that is no list': withGateway('  cors: { origins: https://a.example }'),
  'no header against forgery': withGateway('  csrf: { required_headers: [] }'),
  'an error setting that is no boolean': withGateway('  include_subgraph_errors: { a: maybe }'),
  'a short secret': `subgraphs: { a: { ${SUBGRAPH}, secret: short } }`,
  'a code that is a number': `subgraphs: { a: { ${SUBGRAPH}, error_codes: [404] } }`,
};

for (const [name, text] of Object.entries(TAKEN)) {
  test(`an editor accepts ${name}, as the gateway does`, () => {
    assert.deepEqual([validate(parse(text)), mistakesOf(text)], [true, []], ajv.errorsText(validate.errors));
  });
}

for (const [name, text] of Object.entries(REFUSED)) {
  test(`an editor rejects ${name}, as the gateway does`, () => {
    assert.deepEqual([validate(parse(text)), mistakesOf(text).length > 0], [false, true]);
  });
}

test("the project's own file names the schema and is valid by it", () => {
  const text = readFileSync(join(import.meta.dirname, '../../../supergraph.yaml'), 'utf8');
  assert.match(text, /^# yaml-language-server: \$schema=\.\/supergraph\.schema\.json\n/);
  assert.equal(validate(parse(text)), true);
});

test('every key has a description, and every default is spelt as in the file', () => {
  for (const { path, schema } of keysOfFile()) {
    assert.ok(schema.description, `${path.join('.')} has no description`);
    if (schema.default === undefined) continue;
    const written = JSON.stringify(schema.default);
    assert.ok(ajv.compile(schema)(schema.default), `${path.join('.')}: ${written} is no value for it (use prefault)`);
  }
});

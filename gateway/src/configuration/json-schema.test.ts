import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Ajv } from 'ajv';
import { parse } from 'yaml';
import { formsOf, type JsonSchema, propertiesOf, supergraphJsonSchema, valuesOf } from './json-schema.ts';
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
  'a setting': withGateway('  traffic_shaping: { deduplicate_query: false }'),
};

const REFUSED: Record<string, string> = {
  'no subgraph': 'subgraphs: {}',
  'no subgraphs': 'gateway: {}',
  'a name with a space': `subgraphs: { "a b": { ${SUBGRAPH} } }`,
  'another version': `federation_version: 1\nsubgraphs: { a: { ${SUBGRAPH} } }`,
  'an address without a scheme': 'subgraphs: { a: { routing_url: "a:4001", schema: { file: a } } }',
  'a schema of two forms': 'subgraphs: { a: { routing_url: "http://a/", schema: { file: a, sdl: b } } }',
  'a duration without a unit': `subgraphs: { a: { ${SUBGRAPH}, timeout: 5 } }`,
  'a duration of another unit': `subgraphs: { a: { ${SUBGRAPH}, timeout: 5h } }`,
  'an unknown key': `subgraphs: { a: { ${SUBGRAPH}, timout: 5s } }`,
  'an unknown section': withGateway('  traffic: {}'),
  'a number for a boolean': withGateway('  traffic_shaping: { batch_entities: 1 }'),
  'a text for a boolean': withGateway('  traffic_shaping: { batch_entities: "true" }'),
  'an empty section': withGateway('  traffic_shaping:'),
};

for (const [name, text] of Object.entries(TAKEN)) {
  test(`${name}: taken by an editor as by the gateway`, () => {
    assert.deepEqual([validate(parse(text)), mistakesOf(text)], [true, []], ajv.errorsText(validate.errors));
  });
}

for (const [name, text] of Object.entries(REFUSED)) {
  test(`${name}: refused by an editor as by the gateway`, () => {
    assert.deepEqual([validate(parse(text)), mistakesOf(text).length > 0], [false, true]);
  });
}

test("the project's own file names the schema, and fits it", () => {
  const text = readFileSync(join(import.meta.dirname, '../../../supergraph.yaml'), 'utf8');
  assert.match(text, /^# yaml-language-server: \$schema=\.\/supergraph\.schema\.json\n/);
  assert.equal(validate(parse(text)), true);
});

test('every key says what it is for, and every default is written as one would write it', () => {
  for (const [path, key] of keysOf(schema, '')) {
    assert.ok(key.description, `${path} has no description`);
    if (key.default === undefined) continue;
    const fits = ajv.compile({ ...key, definitions: schema.definitions ?? {} });
    assert.ok(fits(key.default), `${path}: ${JSON.stringify(key.default)} is no value for it (use prefault)`);
  }
});

function keysOf(of: JsonSchema, above: string): [path: string, schema: JsonSchema][] {
  return formsOf(of).flatMap((form) => {
    const values = valuesOf(form);
    return [
      ...propertiesOf(form).flatMap(([key, child]): [string, JsonSchema][] => [
        [above + key, child],
        ...keysOf(child, `${above}${key}.`),
      ]),
      ...(values ? keysOf(values, `${above}NAME.`) : []),
    ];
  });
}

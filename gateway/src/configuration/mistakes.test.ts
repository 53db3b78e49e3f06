import assert from 'node:assert/strict';
import { test } from 'node:test';
import { brief, mistakesOf, read, withGateway } from './testing/written-file.ts';

const SUBGRAPH = 'routing_url: "http://a:1/", schema: { file: a.graphql }';

test('the nearest known key is named, however it is spelt', () => {
  for (const [key, nearest] of [
    ['routingUrl', 'routing_url'],
    ['routing-url', 'routing_url'],
    ['time_out', 'timeout'],
    ['timout', 'timeout'],
    ['shema', 'schema'],
  ]) {
    assert.deepEqual(mistakesOf(`subgraphs: { a: { ${SUBGRAPH}, ${key}: x } }`), [
      `1: subgraphs.a.${key}: is no key of this file: did you mean ${nearest}?`,
    ]);
  }
});

test('a key that belongs elsewhere is sent there', () => {
  assert.deepEqual(mistakesOf(withGateway('  batch_entities: true')), [
    '2: gateway.batch_entities: is no key of this file: did you mean gateway.traffic_shaping.batch_entities?',
  ]);
  const [inSubgraph] = mistakesOf(`subgraphs: { a: { ${SUBGRAPH}, batch_entities: true } }`);
  assert.equal(
    inSubgraph,
    '1: subgraphs.a.batch_entities: is no key of this file: did you mean gateway.traffic_shaping.batch_entities?',
  );
  const [atTheTop] = mistakesOf(`routing_url: "http://a:1/"\nsubgraphs: { a: { ${SUBGRAPH} } }`);
  assert.equal(atTheTop, '1: routing_url: is no key of this file: did you mean subgraphs.NAME.routing_url?');
  const [shaping] = mistakesOf(`traffic_shaping: {}\nsubgraphs: { a: { ${SUBGRAPH} } }`);
  assert.equal(shaping, '1: traffic_shaping: is no key of this file: did you mean gateway.traffic_shaping?');
});

test('for a key like no other, all that are known there are named', () => {
  const [mistake] = mistakesOf(withGateway('  traffic_shaping: { colour: 1 }'));
  assert.match(
    mistake ?? '',
    /^2: gateway\.traffic_shaping\.colour: is no key of this file: known here: .*batch_entities/,
  );
});

test('a mistake in a variable hides no other, and makes none', () => {
  const text = `subgraphs:
  a:
    routing_url: \${env.A_URL}
    schema: { file: "\${A_FILE}" }
    timeout: \${env.A_TIMEOUT}
  b:
    routing_url: b:1
    schema: { file: b.graphql }
gateway: { traffic_shaping: { batch_entities: "\${env.NONE}", colour: 1 } }
`;
  assert.deepEqual(
    mistakesOf(text).map((mistake) => mistake.split(': ').slice(0, 3).join(': ')),
    [
      '3: subgraphs.a.routing_url: ${env.A_URL}',
      '4: subgraphs.a.schema.file: ${A_FILE}',
      '5: subgraphs.a.timeout: ${env.A_TIMEOUT}',
      '7: subgraphs.b.routing_url: "b:1"',
      '9: gateway.traffic_shaping.batch_entities: ${env.NONE}',
      '9: gateway.traffic_shaping.colour: is no key of this file',
    ],
  );
});

test('a variable that stands alone can be a number or a boolean; a wrong one is shown with its name', () => {
  const text = withGateway('  traffic_shaping: { batch_entities: "${env.BATCH}" }');
  assert.equal(read(text, { BATCH: 'false' }).gateway.traffic.batchEntities, false);
  assert.deepEqual(mistakesOf(text, { BATCH: 'no' }), [
    '2: gateway.traffic_shaping.batch_entities: "no" (from BATCH): give true or false',
  ]);
  assert.deepEqual(mistakesOf(`federation_version: \${env.V}\n${withGateway('  {}')}`, { V: '2' }), []);
  const asText = `subgraphs: { a: { routing_url: "http://a:1/", schema: { file: "\${env.FILE}" } } }`;
  assert.match(JSON.stringify(read(asText, { FILE: '12' }).subgraphs[0]?.schema), /\/12"/);
});

test('a key that is there twice is one mistake, at the second, and hides no other', () => {
  const text = `subgraphs:
  a:
    timeout: 1s
    timeout: 2s
    colour: 3
    ${SUBGRAPH.replace(', ', '\n    ')}
`;
  assert.deepEqual(brief(mistakesOf(text)), [
    '4: subgraphs.a.timeout: is there twice: keep one of them',
    '5: subgraphs.a.colour: is no key of this file: known here: …',
  ]);
});

test('an alias stands for its value; one without an anchor is named', () => {
  const { subgraphs } = read(`subgraphs:
  a: { ${SUBGRAPH}, timeout: &short 2s }
  b: { ${SUBGRAPH}, timeout: *short }
`);
  assert.deepEqual(
    subgraphs.map(({ timeoutMs }) => timeoutMs),
    [2000, 2000],
  );
  assert.deepEqual(mistakesOf(`subgraphs:\n  a: { ${SUBGRAPH}, timeout: *short }\n`), [
    '2: subgraphs.a.timeout: *short: give a value the anchor &short above it',
  ]);
  const merged = mistakesOf(`subgraphs:\n  a: &a { ${SUBGRAPH} }\n  b:\n    <<: *a\n`);
  assert.ok(merged.includes('4: subgraphs.b.<<: is no key of this file: write out what it stands for'), `${merged}`);
});

for (const [name, text, says] of [
  [
    'too far in',
    'subgraphs:\n  a:\n    timeout: 1s\n     schema: x\n',
    /^3: "timeout: 1s": is no YAML: .*: give each key/,
  ],
  [
    'too far out',
    'subgraphs:\n  a:\n    timeout: 1s\n   schema: x\n',
    /^4: "schema: x": is no YAML: .*the same indent/,
  ],
  ['by a tab', 'subgraphs:\n\ta:\n', /^2: "a:": is no YAML: Tabs .*: indent with spaces$/],
] as const) {
  test(`a line that is indented ${name} is one mistake, with its line and its text`, () => {
    const mistakes = mistakesOf(text);
    assert.equal(mistakes.length, 1);
    assert.match(mistakes[0] ?? '', says);
  });
}

test('what is of another kind is told as what it is', () => {
  assert.deepEqual(mistakesOf(withGateway('  traffic_shaping:')), [
    '2: gateway.traffic_shaping: is empty: give keys of its own below it, or remove it',
  ]);
  assert.deepEqual(mistakesOf(withGateway('  traffic_shaping: { batch_entities: [true] }')), [
    '2: gateway.traffic_shaping.batch_entities: is a list: give true or false',
  ]);
  assert.deepEqual(mistakesOf('subgraphs: [a]'), [
    '1: subgraphs: is a list: give at least one subgraph, each under its name',
  ]);
  assert.deepEqual(mistakesOf('[]'), ['1: is an empty list: give subgraphs: with at least one subgraph below it']);
  assert.deepEqual(mistakesOf(`subgraphs: { 1a: { ${SUBGRAPH} } }`), [
    '1: subgraphs.1a: a name starts with a letter, and has letters, digits, - and _',
  ]);
});

test('a secret that is wrong is named and not shown', () => {
  const text = 'subgraphs: { a: { routing_url: "${env.A_SECRET}", schema: { file: a.graphql } } }';
  assert.deepEqual(mistakesOf(text, { A_SECRET: 'hunter2' }), [
    '1: subgraphs.a.routing_url: "***" (from A_SECRET): give an address that starts with http:// or https://',
  ]);
});

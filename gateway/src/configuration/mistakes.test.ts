import assert from 'node:assert/strict';
import { test } from 'node:test';
import { brief, mistakesOf, read, withGateway } from './testing/written-file.ts';

const SUBGRAPH = 'routing_url: "http://a:1/", schema: { file: a.graphql }';

test('suggests the nearest known key, however it is spelt', () => {
  for (const [key, nearest] of [
    ['routingUrl', 'routing_url'],
    ['routing-url', 'routing_url'],
    ['time_out', 'timeout'],
    ['timout', 'timeout'],
    ['shema', 'schema'],
  ]) {
    assert.deepEqual(mistakesOf(`subgraphs: { a: { ${SUBGRAPH}, ${key}: x } }`), [
      `1: subgraphs.a.${key}: unknown key; did you mean "${nearest}"?`,
    ]);
  }
});

test('suggests the place of a key that belongs elsewhere', () => {
  assert.deepEqual(mistakesOf(withGateway('  batch_entities: true')), [
    '2: gateway.batch_entities: unknown key; did you mean "gateway.traffic_shaping.batch_entities"?',
  ]);
  const [inSubgraph] = mistakesOf(`subgraphs: { a: { ${SUBGRAPH}, batch_entities: true } }`);
  assert.equal(
    inSubgraph,
    '1: subgraphs.a.batch_entities: unknown key; did you mean "gateway.traffic_shaping.batch_entities"?',
  );
  const [atTheTop] = mistakesOf(`routing_url: "http://a:1/"\nsubgraphs: { a: { ${SUBGRAPH} } }`);
  assert.equal(atTheTop, '1: routing_url: unknown key; did you mean "subgraphs.NAME.routing_url"?');
  const [shaping] = mistakesOf(`traffic_shaping: {}\nsubgraphs: { a: { ${SUBGRAPH} } }`);
  assert.equal(shaping, '1: traffic_shaping: unknown key; did you mean "gateway.traffic_shaping"?');
});

test('lists the known keys for an unknown key that resembles none', () => {
  const [mistake] = mistakesOf(withGateway('  traffic_shaping: { colour: 1 }'));
  assert.match(mistake ?? '', /^2: gateway\.traffic_shaping\.colour: unknown key; known keys: .*batch_entities/);
});

test('says what is wrong with the addresses of a subgraph', () => {
  const many = Array.from({ length: 101 }, (_, index) => `"http://a:${index}/"`).join(', ');
  const rule = 'give a list of 1 to 100 addresses';
  for (const [addresses, ...mistakes] of [
    ['timeout: 1s', 'routing_url: is missing: give an address that starts with http://, https:// or unix:///'],
    [
      'routing_url: "unix://a.sock"',
      'routing_url: "unix://a.sock": give an address that starts with http://, https:// or unix:///',
    ],
    ['routing_urls: []', `routing_urls: is an empty list: ${rule}`],
    ['routing_urls: "http://a:1/"', `routing_urls: "http://a:1/": ${rule}`],
    [`routing_urls: [${many}]`, `routing_urls: is a list: ${rule}`],
    [
      'routing_urls: ["http://a:1/", "b:1", "http://a:1/"]',
      'routing_urls.1: "b:1": give an address that starts with http://, https:// or unix:///',
      'routing_urls.2: "http://a:1/": duplicate address; remove one',
    ],
    ['routing_urls: ["http://a:1/", "http://a:1/"]', 'routing_urls.1: "http://a:1/": duplicate address; remove one'],
    [
      'routing_url: "http://b:1/", routing_urls: ["http://a:1/"]',
      'routing_url: "http://b:1/": is not called, because it is none of routing_urls; give one of them, or remove it',
    ],
  ]) {
    assert.deepEqual(
      mistakesOf(`subgraphs: { a: { ${addresses}, schema: { file: a.graphql } } }`),
      mistakes.map((mistake) => `1: subgraphs.a.${mistake}`),
    );
  }
  const both = 'routing_url: "http://b:1/", routing_urls: ["http://a:1/", "http://b:1/"]';
  assert.deepEqual(mistakesOf(`subgraphs: { a: { ${both}, schema: { file: a.graphql } } }`), []);
});

test('reports a mistake in a variable without hiding or causing others', () => {
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
      '9: gateway.traffic_shaping.colour: unknown key; known keys',
    ],
  );
});

test('reads a lone variable as a number or boolean, and names it if it is wrong', () => {
  const text = withGateway('  traffic_shaping: { batch_entities: "${env.BATCH}" }');
  assert.equal(read(text, { BATCH: 'false' }).gateway.traffic.batchEntities, false);
  assert.deepEqual(mistakesOf(text, { BATCH: 'no' }), [
    '2: gateway.traffic_shaping.batch_entities: "no" (from BATCH): give true or false',
  ]);
  assert.deepEqual(mistakesOf(`federation_version: \${env.V}\n${withGateway('  {}')}`, { V: '2' }), []);
  const asText = `subgraphs: { a: { routing_url: "http://a:1/", schema: { file: "\${env.FILE}" } } }`;
  assert.match(JSON.stringify(read(asText, { FILE: '12' }).subgraphs[0]?.schema), /\/12"/);
});

test('reports a duplicate key once, at the second, without hiding other mistakes', () => {
  const text = `subgraphs:
  a:
    timeout: 1s
    timeout: 2s
    colour: 3
    ${SUBGRAPH.replace(', ', '\n    ')}
`;
  assert.deepEqual(brief(mistakesOf(text)), [
    '4: subgraphs.a.timeout: duplicate key; keep one',
    '5: subgraphs.a.colour: unknown key; known keys: …',
  ]);
});

test('resolves aliases, and rejects one without an anchor', () => {
  const { subgraphs } = read(`subgraphs:
  a: { ${SUBGRAPH}, timeout: &short 2s }
  b: { ${SUBGRAPH}, timeout: *short }
`);
  assert.deepEqual(
    subgraphs.map(({ timeoutMs }) => timeoutMs),
    [2000, 2000],
  );
  assert.deepEqual(mistakesOf(`subgraphs:\n  a: { ${SUBGRAPH}, timeout: *short }\n`), [
    '2: subgraphs.a.timeout: *short: unknown anchor; give a value the anchor &short above it',
  ]);
  const merged = mistakesOf(`subgraphs:\n  a: &a { ${SUBGRAPH} }\n  b:\n    <<: *a\n`);
  assert.ok(
    merged.includes('4: subgraphs.b.<<: unknown key; YAML merge keys are not supported, write out the keys'),
    `${merged}`,
  );
});

for (const [name, text, says] of [
  [
    'too far in',
    'subgraphs:\n  a:\n    timeout: 1s\n     schema: x\n',
    /^3: "timeout: 1s": invalid YAML: .*; give each key/,
  ],
  [
    'too far out',
    'subgraphs:\n  a:\n    timeout: 1s\n   schema: x\n',
    /^4: "schema: x": invalid YAML: .*the same indent/,
  ],
  ['by a tab', 'subgraphs:\n\ta:\n', /^2: "a:": invalid YAML: Tabs .*; indent with spaces$/],
] as const) {
  test(`reports a line indented ${name} as one mistake, with its text`, () => {
    const mistakes = mistakesOf(text);
    assert.equal(mistakes.length, 1);
    assert.match(mistakes[0] ?? '', says);
  });
}

test('names the type of a value of the wrong type', () => {
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

test('masks a wrong value that is secret', () => {
  const text = 'subgraphs: { a: { routing_url: "${env.A_SECRET}", schema: { file: a.graphql } } }';
  assert.deepEqual(mistakesOf(text, { A_SECRET: 'hunter2' }), [
    '1: subgraphs.a.routing_url: "***" (from A_SECRET): give an address that starts with http://, https:// or unix:///',
  ]);
});

test('shows no secret that is too short', () => {
  const [mistake, ...others] = mistakesOf(
    'subgraphs: { a: { routing_url: "http://a:1/", schema: { file: a }, secret: hunter2 } }',
  );
  assert.match(String(mistake), /^1: subgraphs\.a\.secret: "\*\*\*": give at least 16 /);
  assert.deepEqual(others, []);
});

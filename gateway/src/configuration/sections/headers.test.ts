import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { ConfigurationError } from '@lockstep/runtime/configuration-error.ts';
import { temporaryFolder } from '@lockstep/runtime/testing/temporary-folder.ts';
import { readConfig } from '../environment.ts';
import { readSupergraphFile } from '../supergraph-file.ts';

async function read(t: TestContext, gateway: string, own = '') {
  const file = join(await temporaryFolder(t), 'supergraph.yaml');
  const a = `a: { routing_url: "http://a:1/", schema: { file: a }, ${own} }`;
  const b = 'b: { routing_url: "http://b:1/", schema: { file: b } }';
  writeFileSync(file, `subgraphs:\n  ${a}\n  ${b}\ngateway: { ${gateway} }`);
  return readSupergraphFile(readConfig({ SUPERGRAPH_FILE: file })).settings.gateway;
}

/** Returns the messages of the mistakes, each with its line. */
async function mistakesOf(t: TestContext, gateway: string, own?: string): Promise<string[]> {
  try {
    await read(t, gateway, own);
  } catch (error) {
    assert.ok(error instanceof ConfigurationError);
    const [, ...mistakes] = error.message.split('\n');
    return mistakes.map((mistake) => mistake.replace(/^\s*\S+?:(\d+): /, '$1 '));
  }
  return [];
}

test('has no rules by default', async (t) => {
  const { headers, hooks } = await read(t, '');
  assert.deepEqual(headers, { toSubgraphs: {}, fromSubgraphs: {}, inserted: [] });
  assert.deepEqual(hooks, {});
});

test("puts a subgraph's own rules after those for all, and inserts client headers into every response", async (t) => {
  const { headers } = await read(
    t,
    'headers: { request: [{ propagate: { named: X-A } }], response: [{ propagate: { matching: ^x- } }, { insert: { name: x-by, value: us } }] }',
    'headers: { request: [{ remove: { named: x-a } }], response: [{ insert: { name: x-of, value: a } }] }',
  );
  assert.deepEqual(headers, {
    toSubgraphs: {
      a: [{ propagate: { named: 'x-a' } }, { remove: { named: 'x-a' } }],
      b: [{ propagate: { named: 'x-a' } }],
    },
    fromSubgraphs: {
      a: [{ propagate: { matching: '^x-' } }, { insert: { name: 'x-of', value: 'a' } }],
      b: [{ propagate: { matching: '^x-' } }],
    },
    inserted: [{ name: 'x-by', value: 'us' }],
  });
});

const HOPS = ['connection', 'keep-alive', 'proxy-authorization', 'te', 'trailer', 'transfer-encoding', 'upgrade'];
const OF_CALLS = ['host', 'content-length', 'content-type', 'content-encoding', 'X-Subgraph-Secret', 'x-deadline-ms'];
const ADVICE = 'give another, or remove the rule';

test('rejects a reserved header in every rule and in both directions', async (t) => {
  for (const name of [...HOPS, ...OF_CALLS, 'set-cookie']) {
    for (const rule of [
      `propagate: { named: ${name} }`,
      `propagate: { named: x, rename: ${name} }`,
      `insert: { name: ${name}, value: v }`,
      `remove: { named: ${name} }`,
    ]) {
      for (const direction of ['request', 'response']) {
        const [mistake = '', ...others] = await mistakesOf(t, `headers: { ${direction}: [{ ${rule} }] }`);
        assert.deepEqual(others, [], rule);
        assert.match(mistake, new RegExp(`^4 gateway\\.headers\\.${direction}\\.0\\.\\w+\\.\\w+: "${name}": `), rule);
        assert.ok(mistake.endsWith(ADVICE), mistake);
      }
    }
  }
  for (const name of ['accept', 'accept-encoding', 'if-none-match', 'expect']) {
    const [mistake] = await mistakesOf(t, '', `headers: { request: [{ propagate: { named: ${name} } }] }`);
    assert.match(mistake ?? '', /^2 subgraphs\.a\.headers\.request\.0\.propagate\.named: .* to subgraphs, /);
  }
  for (const name of ['etag', 'vary', 'age', 'access-control-allow-origin']) {
    const [mistake] = await mistakesOf(t, '', `headers: { response: [{ propagate: { named: ${name} } }] }`);
    assert.match(mistake ?? '', /^2 subgraphs\.a\.headers\.response\.0\.propagate\.named: .* to clients, /);
  }
});

test('rejects a wrong rule with advice', async (t) => {
  const cases = [
    ['request', '{}', '.0: is an empty mapping: give one of propagate, insert, remove'],
    ['request', '{ propagate: {} }', '.0.propagate: is an empty mapping: give one of named, matching'],
    [
      'request',
      '{ propagate: { matching: x, default: v } }',
      '.0.propagate: is a mapping: rename and default need named; give named, or leave them out',
    ],
    [
      'request',
      '{ propagate: { matching: "(" } }',
      '.0.propagate.matching: "(": give a regular expression of header names, such as ^x-',
    ],
    [
      'request',
      '{ propagate: { named: "a b" } }',
      '.0.propagate.named: "a b": give the name of a header, such as x-request-id',
    ],
    [
      'request',
      '{ propagate: { named: a, rename: "" } }',
      '.0.propagate.rename: "": give the name of a header, such as x-request-id',
    ],
    [
      'request',
      '{ propagate: { named: a, default: "é" } }',
      '.0.propagate.default: "***": give a text of printable ASCII characters',
    ],
    ['request', '{ insert: { name: a } }', '.0.insert: is a mapping: give one of value, claim'],
    [
      'request',
      '{ insert: { name: a, value: "b\\nc" } }',
      '.0.insert.value: "***": give a text of printable ASCII characters',
    ],
    [
      'request',
      '{ insert: { name: a, claim: "" } }',
      '.0.insert.claim: "": give the name of a claim, such as sub or realm_access.roles',
    ],
    ['request', '{ remove: { named: a, matching: b } }', '.0.remove: is a mapping: give one of named, matching'],
    [
      'response',
      '{ propagate: { named: a, algorithm: last_write } }',
      '.0.propagate.algorithm: "last_write": give one of first, last, append',
    ],
    [
      'response',
      '{ propagate: { named: cache-control, algorithm: last } }',
      '.0.propagate: is a mapping: leave out rename and algorithm; the strictest cache-control always wins',
    ],
    [
      'response',
      '{ insert: { name: cache-control, value: public } }',
      '.0.insert.name: "cache-control": give propagate: { named: cache-control, default: … } instead',
    ],
    ['response', '{ insert: { name: a, claim: sub } }', undefined],
  ] as const;
  for (const [direction, rule, message] of cases) {
    const mistakes = await mistakesOf(t, `headers: { ${direction}: [${rule}] }`);
    if (message !== undefined) assert.deepEqual(mistakes, [`4 gateway.headers.${direction}${message}`]);
    else assert.match(mistakes.join('\n'), /insert\.claim: unknown key/);
  }
  assert.deepEqual(await mistakesOf(t, 'headers: { request: x }'), [
    '4 gateway.headers.request: "x": give a list of rules, each with propagate, insert or remove',
  ]);
  assert.deepEqual(await mistakesOf(t, 'hooks: { module: 5 }'), [
    '4 gateway.hooks.module: 5: give the path of a module, such as ./policies.mts',
  ]);
});

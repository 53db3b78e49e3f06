import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { ConfigurationError } from '@lockstep/runtime/configuration-error.ts';
import { readConfig } from '../environment.ts';
import { readSupergraphFile } from '../supergraph-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'lockstep-'));
const file = join(folder, 'supergraph.yaml');
after(() => rmSync(folder, { recursive: true }));

function read(gateway: string) {
  writeFileSync(file, `subgraphs: { a: { routing_url: "http://a:1/", schema: { file: a } } }\ngateway:\n  ${gateway}`);
  return readSupergraphFile(readConfig({ SUPERGRAPH_FILE: file })).settings.gateway;
}

/** Returns the message of the only mistake, without file and line. */
function mistakeOf(gateway: string): string | undefined {
  try {
    read(gateway);
  } catch (error) {
    assert.ok(error instanceof ConfigurationError);
    const [, mistake, ...others] = error.message.split('\n');
    assert.deepEqual(others, []);
    return mistake?.replace(/^\s*\S+:\d+: /, '');
  }
  return undefined;
}

test('by default authenticates nobody, enforces directives and has no hooks', () => {
  const { authentication, authorization, progressiveOverride } = read('traffic_shaping: {}');
  assert.deepEqual(authentication, {});
  assert.deepEqual(authorization, {
    requireAuthentication: false,
    directives: { enabled: true, rejectUnauthorized: false, dryRun: false, log: true, response: 'errors' },
    policies: undefined,
  });
  assert.deepEqual(progressiveOverride, {});
});

test('reads the sources and the issuers of tokens', () => {
  const { authentication } = read(`authentication:
    jwt:
      jwks:
        - url: https://a.example/jwks
          issuer: https://a.example
          audiences: [shop, bank]
          algorithms: [ES256]
          require_exp: false
          poll_interval: 5m
          headers: [{ name: X-Key, value: k }]
        - { url: http://b.example/jwks, issuers: [b, c], audience: shop }
      header_name: X-Token
      header_value_prefix: JWT
      ignore_other_prefixes: true
      sources: [{ type: header, name: X-Other }, { type: cookie, name: authz }]`);
  const [a, b] = authentication.jwt?.keySets ?? [];
  assert.deepEqual(a, {
    url: 'https://a.example/jwks',
    issuers: ['https://a.example'],
    audiences: ['shop', 'bank'],
    algorithms: ['ES256'],
    requiresExpiry: false,
    pollIntervalMs: 300_000,
    headers: { 'x-key': 'k' },
  });
  assert.deepEqual([b?.issuers, b?.audiences, b?.pollIntervalMs], [['b', 'c'], ['shop'], 60_000]);
  assert.deepEqual(authentication.jwt?.sources, [
    { type: 'header', name: 'x-token', prefix: 'JWT' },
    { type: 'header', name: 'x-other', prefix: 'Bearer' },
    { type: 'cookie', name: 'authz' },
  ]);
  assert.equal(authentication.jwt?.ignoreOtherPrefixes, true);
});

test('resolves hook modules relative to the file', () => {
  const { authorization } = read('authorization: { policies: { module: ./policies.ts } }');
  assert.equal(authorization.policies?.module, join(folder, 'policies.ts'));
  const { progressiveOverride } = read('progressive_override: { module: labels.ts }');
  assert.equal(progressiveOverride.module, join(folder, 'labels.ts'));
});

const JWT = 'gateway.authentication.jwt';
const URL_RULE = 'give the address of a JSON Web Key Set, which starts with https:// or http://';

for (const [gateway, mistake] of [
  ['authentication: { jwt: { jwks: [] } }', `${JWT}.jwks: is an empty list: give at least one key set, with its url`],
  ['authentication: { jwt: {} }', `${JWT}.jwks: is missing: give a list of key sets, each with its url`],
  ['authentication: { jwt: { jwks: [{ url: keys }] } }', `${JWT}.jwks.0.url: "keys": ${URL_RULE}`],
  ['authentication: { jwt: { jwks: [{}] } }', `${JWT}.jwks.0.url: is missing: ${URL_RULE}`],
  [
    'authentication: { jwt: { jwks: [{ url: "http://a", issuer: 1 }] } }',
    `${JWT}.jwks.0.issuer: 1: give the issuer as its tokens have it in \`iss\``,
  ],
  [
    'authentication: { jwt: { jwks: [{ url: "http://a", audience: "" }] } }',
    `${JWT}.jwks.0.audience: "": give the audience as the tokens have it in \`aud\``,
  ],
  [
    'authentication: { jwt: { jwks: [{ url: "http://a", algorithms: [HS256] }] } }',
    `${JWT}.jwks.0.algorithms.0: "HS256": give algorithms out of RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, ES512, EdDSA`,
  ],
  [
    'authentication: { jwt: { jwks: [{ url: "http://a", poll_interval: 60 }] } }',
    `${JWT}.jwks.0.poll_interval: 60: give a duration such as 500ms, 2s or 1m`,
  ],
  [
    'authentication: { jwt: { jwks: [{ url: "http://a" }], header_name: "a b" } }',
    `${JWT}.header_name: "a b": give the name of a header`,
  ],
  [
    'authentication: { jwt: { jwks: [{ url: "http://a" }], header_value_prefix: "a b" } }',
    `${JWT}.header_value_prefix: "a b": give one word, without spaces`,
  ],
  [
    'authentication: { jwt: { jwks: [{ url: "http://a" }], ignore_other_prefixes: maybe } }',
    `${JWT}.ignore_other_prefixes: "maybe": give true or false`,
  ],
  [
    'authentication: { jwt: { jwks: [{ url: "http://a" }], sources: [{ type: query, name: t }] } }',
    `${JWT}.sources.0.type: "query": give type: header or type: cookie`,
  ],
  [
    'authorization: { require_authentication: 1 }',
    'gateway.authorization.require_authentication: 1: give true or false',
  ],
  ['authorization: { directives: { dry_run: 2 } }', 'gateway.authorization.directives.dry_run: 2: give true or false'],
  [
    'authorization: { directives: { errors: { response: body } } }',
    'gateway.authorization.directives.errors.response: "body": give one of errors, extensions, disabled',
  ],
  [
    'authorization: { policies: { module: 7 } }',
    'gateway.authorization.policies.module: 7: give the path of a module, such as ./policies.mts',
  ],
  [
    'progressive_override: { module: "" }',
    'gateway.progressive_override.module: "": give the path of a module, such as ./policies.mts',
  ],
] as const) {
  test(`rejects ${gateway}`, () => assert.equal(mistakeOf(gateway), mistake));
}

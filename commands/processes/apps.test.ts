import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, test } from 'node:test';
import { ConfigurationError } from '@lockstep/runtime/configuration-error.ts';
import { variablePrefix } from '@lockstep/subgraph-kit/variable-prefix.ts';
import { ECOSYSTEM_FILE, readApps } from './apps.ts';
import { graphUrl } from './graph-url.ts';
import { listSubgraphs } from './subgraphs.ts';

const VARIABLES = [
  'SUPERGRAPH_FILE',
  'GATEWAY_PORT',
  'HOST',
  'SUBGRAPH_SECRET',
  'USERS_SECRET',
  'ORDERS_SECRET',
  'USERS_DATABASE',
  'ORDERS_DATABASE',
];

const environment = { ...process.env };
afterEach(() => {
  forget();
  Object.assign(process.env, environment);
});

/** Returns the URL of the graph that a file with these gateway settings describes. */
function urlOf(t: { after(end: () => void): void }, gateway: string, env: Record<string, string> = {}): string {
  const folder = mkdtempSync(join(tmpdir(), 'lockstep-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'supergraph.yaml');
  writeFileSync(file, `gateway: ${gateway}\nsubgraphs: { a: { routing_url: "http://a/", schema: { file: a } } }\n`);
  forget();
  Object.assign(process.env, { SUPERGRAPH_FILE: file, ...env });
  return graphUrl(readApps());
}

function forget(): void {
  for (const name of VARIABLES) delete process.env[name];
}

test('the URL of the graph is from supergraph.yaml unless the environment overrides it', (t) => {
  assert.equal(urlOf(t, '{}'), 'http://127.0.0.1:4000/graphql');
  assert.equal(urlOf(t, '{ listen: "[::1]:5000", path: /api }'), 'http://[::1]:5000/api');
  assert.equal(urlOf(t, '{ listen: "[::1]:5000" }', { GATEWAY_PORT: '6000' }), 'http://[::1]:6000/graphql');
  assert.equal(urlOf(t, '{}', { GATEWAY_PORT: '', HOST: 'localhost' }), 'http://localhost:4000/graphql');
});

test('each subgraph listens where supergraph.yaml looks for it by default', () => {
  const text = readFileSync(join(dirname(ECOSYSTEM_FILE), 'supergraph.yaml'), 'utf8');
  const looksAt = [...text.matchAll(/\$\{env\.(\w+)_URL:-http:\/\/127\.0\.0\.1:(\d+)\/graphql\}/g)];
  forget();
  const listensAt = readApps().flatMap(({ name, env }) => {
    const port = env[`${variablePrefix(name)}_PORT`];
    return name === 'gateway' ? [] : [`${variablePrefix(name)} ${port}`];
  });
  assert.deepEqual(looksAt.map(([, name = '', port]) => `${name} ${port}`).toSorted(), listensAt.toSorted());
});

for (const [HOST, host] of [
  ['', '127.0.0.1'],
  ['0.0.0.0', '127.0.0.1'],
  ['::', '127.0.0.1'],
  ['10.0.0.7', '10.0.0.7'],
  ['::1', '[::1]'],
] as const) {
  test(`subgraphs are called at ${host} if HOST is ${HOST || 'unset'}`, () => {
    forget();
    Object.assign(process.env, { HOST });
    const [gateway] = readApps(['gateway']);
    assert.equal(gateway?.env.USERS_URL, `http://${host}:${gateway?.env.USERS_PORT ?? 4001}/graphql`);
  });
}

test('each process gets its own secret and those of the subgraphs it calls', () => {
  forget();
  Object.assign(process.env, { SUBGRAPH_SECRET: 'of all', USERS_SECRET: 'of users', ORDERS_SECRET: 'of orders' });
  const secrets = readApps(['users', 'products', 'orders', 'gateway']).map(({ name, env }) => {
    const { SUBGRAPH_SECRET: own, USERS_SECRET: users, ORDERS_SECRET: orders, PRODUCTS_SECRET: products } = env;
    return [name, own, users, orders, products];
  });
  forget();
  assert.deepEqual(secrets, [
    ['users', 'of users', '', '', ''],
    ['products', 'of all', '', '', ''],
    ['orders', 'of orders', 'of users', '', ''],
    ['gateway', 'of all', 'of users', 'of orders', ''],
  ]);
});

test('each subgraph gets the location of its own database only, which may have a password', () => {
  forget();
  const given = { ORDERS_DATABASE: 'postgres://orders:one@db/orders', USERS_DATABASE: 'postgres://users:two@db/users' };
  Object.assign(process.env, given);
  const databases = readApps(['users', 'products', 'orders', 'gateway']).map(({ name, env }) => {
    const { USERS_DATABASE: users, ORDERS_DATABASE: orders } = env;
    return [name, users, orders];
  });
  forget();
  assert.deepEqual(databases, [
    ['users', given.USERS_DATABASE, ''],
    ['products', '', ''],
    ['orders', '', given.ORDERS_DATABASE],
    ['gateway', '', ''],
  ]);
});

for (const [text, message] of [
  ['{', /package\.json: .*JSON/],
  ['{ "name": "reviews" }', /package\.json: config\.port is undefined; give the port that the subgraph listens on$/],
  ['{ "config": { "port": "4004" } }', /package\.json: config\.port is "4004"; give the port/],
] as const) {
  test(`a subgraph whose package.json is ${text} is named`, (t) => {
    const root = mkdtempSync(join(tmpdir(), 'lockstep-'));
    t.after(() => rmSync(root, { recursive: true }));
    mkdirSync(join(root, 'subgraphs', 'reviews'), { recursive: true });
    writeFileSync(join(root, 'subgraphs', 'reviews', 'package.json'), text);
    assert.throws(() => listSubgraphs(root), { name: 'ConfigurationError', message });
  });
}

test('an invalid supergraph file is the mistake of the operator', (t) => {
  assert.throws(
    () => urlOf(t, '{ listen: 5000 }'),
    (error) => error instanceof ConfigurationError && /gateway\.listen: 5000: give/.test(error.message),
  );
});

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { TokenIssuer } from '@lockstep/gateway/pipeline/identity/testing/token-issuer.ts';
import { type Answer, ask, createOrder, errorsOf } from '../harness/client.ts';
import { startGraph } from '../harness/graph.ts';
import { runScript } from '../harness/process.ts';
import { edit } from '../harness/supergraph-files.ts';
import { untilEverywhere } from '../harness/waiting.ts';
import { guardedFiles, setGateway } from './guarded-files.ts';

const issuer = await (await new TokenIssuer().addKey('first')).listen();
after(() => issuer.close());

const JWT = `authentication: { jwt: { jwks: [{ url: "${issuer.url}", issuer: "${issuer.name}", poll_interval: 1s }] } }`;
const POLICIES = 'policies: { module: ./policies.ts }';
const USUAL = `${JWT}, authorization: { ${POLICIES} }`;
const files = await guardedFiles({ after }, USUAL);
const graph = await startGraph(
  { after },
  { only: ['users', 'orders'], gateway: { SUPERGRAPH_FILE: files.supergraph } },
);

const tokenOf = async (scope: string) => ({ authorization: `Bearer ${await issuer.sign({ sub: 'ann', scope })}` });
const asked = () => graph.usersProxy.calls.map(({ query }) => query).join('\n');

const CREATE = 'mutation { createUser(name: "Ada", email: "ada@example.com") { id } }';
const staff = { ...(await tokenOf('')), 'x-staff': 'yes' };
const created = await ask<{ createUser: { id: string } }>(graph.url, CREATE, {}, staff);
const id = created.data?.createUser.id ?? '';
await createOrder(graph.url, id);

/** Runs a query after clearing the record of calls. */
function askAnew(
  query: string,
  headers: Record<string, string> = {},
  url = graph.url,
): Promise<Answer<Record<string, unknown>>> {
  graph.usersProxy.calls.length = graph.ordersProxy.calls.length = 0;
  return ask(url, query, {}, headers);
}

/** Changes the gateway's settings, and repeats a query until its answer shows that they are in force. */
async function under(
  gateway: string,
  query: string,
  fits: (answer: Answer<unknown>) => boolean,
): Promise<Answer<unknown>> {
  await setGateway(files, gateway);
  return untilEverywhere(graph.gateway, (url) => askAnew(query, {}, url), fits);
}

const EMAIL = '{ orders(first: 1) { amount user { name email } } }';
const HIDDEN = { orders: [{ amount: '10.50', user: { name: 'Ada', email: null } }] };

test('nulls protected fields without a token, with an error and without calling a subgraph', async () => {
  const answer = await askAnew(EMAIL);
  assert.deepEqual(answer.data, HIDDEN);
  assert.deepEqual(errorsOf(answer), [
    'UNAUTHENTICATED at orders.user.email: Not authorized: User.email demands ' +
      '@requiresScopes(scopes: [["read:email"],["admin"]]), and the request has no token',
  ]);
  assert.match(asked(), /name/);
  assert.doesNotMatch(asked(), /email/);
});

test('shows a field to a token with the scope and to no other', async () => {
  const without = await askAnew(EMAIL, await tokenOf('read:name'));
  assert.deepEqual(without.data, HIDDEN);
  assert.deepEqual(
    errorsOf(without).map((error) => error.split(' at')[0]),
    ['FORBIDDEN'],
  );
  const { data, errors } = await askAnew(EMAIL, await tokenOf('read:name admin'));
  assert.deepEqual(
    [data, errors],
    [{ orders: [{ amount: '10.50', user: { name: 'Ada', email: 'ada@example.com' } }] }, undefined],
  );
});

test('propagates a null that the schema forbids, and makes no call for an operation that is denied completely', async () => {
  const { data } = await askAnew(`{ user(id: ${id}) { createdAt } orders(first: 1) { user { createdAt } } }`);
  assert.deepEqual(data, { user: null, orders: [{ user: null }] });
  const mutation = await askAnew(
    'mutation { createUser(name: "Eve", email: "eve@example.com") { id } }',
    await tokenOf(''),
  );
  assert.deepEqual(mutation.data, { createUser: null });
  assert.equal(graph.usersProxy.calls.length, 0);
});

test('asks the module for policies, and grants nothing if it fails', async () => {
  const query = 'mutation { createUser(name: "Bob", email: "bob@example.com") { name email } }';
  const broken = await askAnew(query, { ...staff, 'x-staff': 'break' });
  assert.deepEqual(broken.data, { createUser: null });
  assert.doesNotMatch(broken.text, /internal/);
  assert.match(JSON.stringify(await graph.gateway.logged(({ msg }) => msg.includes('hook'))), /policies\.internal/);
  const { data, errors } = await askAnew(query, staff);
  assert.deepEqual([data, errors?.length], [{ createUser: { name: 'Bob', email: null } }, 1]);
});

test('returns 401 for an invalid token', async () => {
  const stranger = await new TokenIssuer().addKey('first');
  const token = await stranger.sign({ scope: 'admin' });
  const response = await fetch(graph.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ query: '{ __typename }' }),
  });
  assert.equal(response.status, 401);
  assert.match(response.headers.get('www-authenticate') ?? '', /^Bearer error="invalid_token"/);
  const message = 'The token is not valid.';
  assert.deepEqual(await response.json(), { errors: [{ message, extensions: { code: 'UNAUTHENTICATED' } }] });
});

test('accepts new keys without a restart', async () => {
  await issuer.addKey('second');
  issuer.removeKey('first');
  const token = await tokenOf('admin');
  const { data } = await untilEverywhere(
    graph.gateway,
    (url) => askAnew(EMAIL, token, url),
    ({ status }) => status === 200,
  );
  assert.match(JSON.stringify(data), /ada@example/);
});

test('logs denials', async () => {
  await askAnew(`query Mail { user(id: ${id}) { email } }`);
  const { level, denied } = await graph.gateway.logged(({ operationName }) => operationName === 'Mail');
  assert.deepEqual([level, String(denied).split(':')[0]], ['info', 'user.email']);
});

test('treats denials as configured, without a restart', async () => {
  const directives = (keys: string) => `${JWT}, authorization: { ${POLICIES}, directives: { ${keys} } }`;
  const told = await under(directives('dry_run: true'), EMAIL, ({ text }) => text.includes('ada@example'));
  assert.equal(told.errors?.length, 1);
  const quiet = await under(directives('errors: { response: disabled }'), EMAIL, ({ errors }) => !errors);
  assert.deepEqual(JSON.parse(quiet.text), { data: HIDDEN });
  const apart = await under(directives('errors: { response: extensions }'), EMAIL, ({ text }) =>
    /extensions/.test(text),
  );
  const { errors, extensions } = JSON.parse(apart.text);
  assert.deepEqual([errors, extensions.authorizationErrors[0].path], [undefined, ['orders', 'user', 'email']]);
  const refused = await under(directives('reject_unauthorized: true'), EMAIL, ({ data }) => !data);
  assert.equal(refused.status, 401);
  assert.equal((await askAnew(EMAIL, await tokenOf('nothing'))).status, 403);
  assert.deepEqual([graph.usersProxy.calls, graph.ordersProxy.calls], [[], []]);
});

test('require_authentication rejects requests without a token', async () => {
  const { status, errors } = await under(
    `${JWT}, authorization: { require_authentication: true }`,
    '{ __typename }',
    (answer) => answer.status !== 200,
  );
  assert.deepEqual([status, errors?.[0]?.extensions.code], [401, 'UNAUTHENTICATED']);
  assert.equal((await askAnew('{ users { name } }', await tokenOf(''))).status, 200);
  await under(USUAL, '{ __typename }', (answer) => answer.status === 200);
});

test('refuses an object that node finds like the same one by its id', async () => {
  const nodeIdOf = (type: string) => Buffer.from(`${type}:1`).toString('base64url');
  const find = (type: string, selection: string) => `{ node(id: "${nodeIdOf(type)}") { ${selection} } }`;
  const token = await tokenOf('admin');
  const email = find('User', '... on User { name email }');
  assert.deepEqual((await askAnew(email)).data, { node: { name: 'Ada', email: null } });
  assert.deepEqual((await askAnew(email, token)).data, { node: { name: 'Ada', email: 'ada@example.com' } });

  await edit(files.orders, 'type Order implements Node', 'type Order implements Node @authenticated');
  await edit(files.orders, 'import: ["@key"', 'import: ["@key", "@authenticated"');
  const byId = await untilEverywhere(
    graph.gateway,
    (url) => askAnew('{ order(id: 1) { amount } }', {}, url),
    ({ errors }) => errors !== undefined,
  );
  assert.deepEqual(byId.data, { order: null });
  for (const selection of ['... on Order { amount }', '__typename ... on Order { amount }', 'nodeId']) {
    const refused = await askAnew(find('Order', selection));
    assert.deepEqual(refused.data, { node: null });
    assert.deepEqual(
      [refused.errors?.[0]?.message, refused.errors?.[0]?.extensions],
      [byId.errors?.[0]?.message, byId.errors?.[0]?.extensions],
    );
    assert.match(JSON.stringify((await askAnew(find('Order', selection), token)).data), /10\.50|nodeId/);
  }
});

for (const [name, gateway, says] of [
  [
    'rules that nothing enforces',
    'authorization: { directives: { enabled: false } }',
    /everybody would see what they protect/,
  ],
  [
    'a module that is not there',
    'authorization: { policies: { module: ./none.ts } }',
    /The hook can't be loaded: .*none\.ts/,
  ],
  [
    'a module without the hook',
    'progressive_override: { module: ./policies.ts }',
    /policies\.ts exports no function activeLabels/,
  ],
] as const) {
  test(`does not start with ${name}`, async (t) => {
    const { supergraph } = await guardedFiles(t, gateway);
    const env = { SUPERGRAPH_FILE: supergraph, USERS_URL: 'http://127.0.0.1:1/', ORDERS_URL: 'http://127.0.0.1:1/' };
    const { code, stderr } = await runScript('gateway/src/main.ts', { ...env, LOG_FORMAT: 'json' });
    assert.equal(code, 78);
    assert.match(stderr, says);
  });
}

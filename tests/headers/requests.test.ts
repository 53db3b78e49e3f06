import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { after, beforeEach, test } from 'node:test';
import { TokenIssuer } from '@lockstep/gateway/pipeline/identity/testing/token-issuer.ts';
import { runScript } from '../harness/process.ts';
import type { SubgraphCall } from '../harness/subgraph.ts';
import { assertSharedInPairs, send, sendTogether, startGateway } from '../harness/things.ts';
import { until } from '../harness/waiting.ts';

const issuer = await (await new TokenIssuer().addKey('first')).listen();
after(() => issuer.close());

const gateway = await startGateway(
  { after },
  {
    gateway: `authentication: { jwt: { jwks: [{ url: "${issuer.url}" }] } },
      headers: { request: [
        { propagate: { matching: ^x- } }, { propagate: { named: accept-language, default: en } },
        { insert: { name: x-user, claim: sub } }, { insert: { name: x-user-id, claim: sub } }, { insert: { name: x-roles, claim: realm.roles } },
        { remove: { named: x-private } } ] }`,
    things:
      'headers: { request: [{ insert: { name: x-key, value: for-things-only } }, { propagate: { named: authorization } }] }',
    names: 'headers: { request: [{ propagate: { named: x-a, rename: x-b } }] }',
  },
);
const { things, names, url } = gateway;

beforeEach(() => {
  things.calls.length = names.calls.length = 0;
  gateway.reply = () => ({});
});

const THING = '{ thing { name } }';
const THING_1 = { __typename: 'Thing', id: '1' };

function clientsOf(calls: readonly SubgraphCall[]): unknown[] {
  return calls.map(({ headers }) => headers['x-client']).toSorted();
}

test('gives each subgraph the headers that its rules name, and no others of the client’s', async () => {
  const client = { 'x-a': '1', 'x-private': '2', 'x-user': 'root', cookie: 'a=b', 'x-subgraph-secret': 'guess' };
  const { data } = await send(url, THING, { ...client, 'x-deadline-ms': '1' });
  assert.deepEqual(data, { thing: { name: 'name of 1' } });
  const [toThings, toNames] = [things.calls[0]?.headers ?? {}, names.calls[0]?.headers ?? {}];
  const usual = [
    'connection',
    'host',
    'content-type',
    'accept',
    'content-length',
    'x-subgraph-secret',
    'x-deadline-ms',
    'x-request-id',
  ];
  for (const headers of [toThings, toNames]) {
    assert.equal(headers['x-a'], '1');
    assert.equal(headers['accept-language'], '*');
    assert.equal(headers['x-subgraph-secret'], 'a secret for this test only');
    assert.ok(Number(headers['x-deadline-ms']) > 1000, 'the deadline is the gateway’s');
    assert.equal(headers['x-user'], undefined);
  }
  const others = (headers: object) => Object.keys(headers).filter((name) => !usual.includes(name));
  assert.deepEqual(others(toThings).toSorted(), ['accept-language', 'x-a', 'x-key']);
  assert.deepEqual(others(toNames).toSorted(), ['accept-language', 'x-a', 'x-b']);
});

test('sends claims to the subgraphs that a rule names, whatever is in them', async () => {
  const sub = 'ann\r\nx-admin: 1 Ł';
  const token = await issuer.sign({ sub, realm: { roles: ['a', 'é'] } });
  await send(url, THING, { authorization: `Bearer ${token}`, 'x-user': 'root' });
  for (const { headers } of [...things.calls, ...names.calls]) {
    assert.equal(headers['x-user'], 'ann%0D%0Ax-admin: 1 %C5%81');
    assert.equal(headers['x-roles'], '["a","\\u00e9"]');
    assert.equal(headers['x-admin'], undefined);
  }
  assert.equal(things.calls[0]?.headers.authorization, `Bearer ${token}`);
  assert.equal(names.calls[0]?.headers.authorization, undefined);
});

test('passes no other spelling of a header that a rule inserts or removes, or that the gateway sets', async () => {
  const spelt = ['x-user_id', 'x-user.id', 'x-private', 'x_private', 'x-subgraph_secret', 'x-deadline_ms'];
  await send(url, THING, Object.fromEntries(spelt.map((name) => [name, 'root'])));
  for (const { headers } of [...things.calls, ...names.calls]) {
    assert.deepEqual(
      Object.entries(headers).filter(([, value]) => value === 'root'),
      [],
    );
  }
});

test('gives different headers for a list and a text that looks like one', async () => {
  for (const [claim, header] of [
    [['admin'], '["admin"]'],
    ['["admin"]', '%5B"admin"]'],
    ['{"a":1}', '%7B"a":1}'],
  ] as const) {
    things.calls.length = 0;
    const token = await issuer.sign({ realm: { roles: claim } });
    await send(url, '{ count }', { authorization: `Bearer ${token}` });
    assert.equal(things.calls[0]?.headers['x-roles'], header);
  }
});

test('passes no header that the client’s connection header names', async () => {
  const body = JSON.stringify({ query: '{ count }' });
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  socket.end(
    `POST /graphql HTTP/1.1\r\nhost: a\r\nconnection: close, x-a\r\nx-a: 1\r\nx-c: 3\r\nte: trailers\r\n` +
      `content-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
  );
  socket.resume();
  await once(socket, 'close');
  const { headers = {} } = things.calls[0] ?? {};
  assert.deepEqual([headers['x-a'], headers['x-c'], headers.te], [undefined, '3', undefined]);
});

test('shares calls of clients with equal headers only', async () => {
  gateway.reply = (_name, { headers }) => ({
    ...(headers['x-key'] && { body: { data: { count: Number(headers['x-client']), thing: THING_1 } } }),
  });
  const clients = ['1', '2', '1', '2', '1', '3'];
  const together = (query: string) =>
    sendTogether(
      gateway,
      query,
      clients.map((client) => ({ 'x-client': client })),
      3,
    );
  const round = await until(
    () => together('{ count }'),
    ({ things, answers }) => {
      assert.deepEqual(
        answers.map(({ data }) => String(data.count)),
        clients,
      );
      return things.length === 3;
    },
  );
  assert.deepEqual(clientsOf(round.things), ['1', '2', '3']);
  const batched = await until(
    () => together(THING),
    ({ names }) => names.length === 3,
  );
  assert.deepEqual(clientsOf(batched.names), ['1', '2', '3']);
});

test('never shares a call of two tokens', async () => {
  gateway.reply = (_name, { headers }) => ({ body: { data: { count: headers['x-user'] === 'ann' ? 1 : 2 } } });
  const [ann, bob] = await Promise.all(['ann', 'bob'].map((sub) => issuer.sign({ sub })));
  await assertSharedInPairs(gateway, [{ authorization: `Bearer ${ann}` }, { authorization: `Bearer ${bob}` }]);
});

test('shows no header values in npm run config', async () => {
  const { stdout } = await runScript('gateway/src/print-settings.ts', {
    SUPERGRAPH_FILE: `${gateway.folder}/supergraph.yaml`,
  });
  assert.match(stdout, /x-key/);
  assert.doesNotMatch(stdout, /for-things-only/);
});

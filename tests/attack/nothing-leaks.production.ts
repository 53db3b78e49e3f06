import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, test } from 'node:test';
import Database from 'better-sqlite3';
import { type Answer, ask } from '../harness/client.ts';
import { type Afterwards, start, temporaryFolder } from '../harness/graph.ts';
import { assertTellsNothing } from '../harness/leaks.ts';
import { freePort } from '../harness/ports.ts';
import type { RunningProcess } from '../harness/process.ts';
import { SECRET } from '../harness/targets.ts';

// A client sees a code for a failure, and an id under which the log has the rest.

const PRODUCTION = { NODE_ENV: 'production' };
const ID = /^[\da-f-]{36}$/;
const INSIDE = 'connect ECONNREFUSED db-1.internal:5432';

const [refusing, nameless] = [`http://127.0.0.1:${await freePort()}/graphql`, 'http://db-1.invalid:4001/graphql'];
const failing = await startFailing({ after });
const gateway = await start({ after }, 'gateway', {
  ...PRODUCTION,
  USERS_URL: failing.url,
  ORDERS_URL: nameless,
  PRODUCTS_URL: refusing,
});

test('hides an unreachable host, with and without an address', async () => {
  for (const [subgraph, url, reason] of [
    ['products', refusing, /ECONNREFUSED/],
    ['orders', nameless, /ENOTFOUND|EAI_AGAIN/],
  ] as const) {
    const answer = await ask(gateway.url, `{ ${subgraph} { id } }`);
    assert.deepEqual([answer.status, answer.data], [200, null]);
    const { id, ...extensions } = answer.errors?.[0]?.extensions ?? {};
    assert.deepEqual(extensions, { code: 'SUBGRAPH_UNAVAILABLE', subgraph });
    assertTellsNothing(answer.text);
    const logged = await gateway.logged(({ msg }) => reason.test(msg));
    assert.match(String(id), ID);
    assert.deepEqual([logged.id, logged.subgraph, logged.url], [id, subgraph, url]);
  }
});

const FAILURES: [name: string, type: string, body: string, code: string][] = [
  ['HTML', 'text/html', `<h1>${INSIDE}</h1><pre>at Db.open (/srv/users/db.js:7)</pre>`, 'SUBGRAPH_UNAVAILABLE'],
  ['plain text', 'text/plain', `Error: ${INSIDE}\n    at Db.open (/srv/users/db.js:7)`, 'SUBGRAPH_UNAVAILABLE'],
  ['JSON', 'application/json', JSON.stringify({ error: INSIDE, trace: '/srv/users/db.js:7' }), 'SUBGRAPH_UNAVAILABLE'],
  ['GraphQL', 'application/json', graphqlFailure({}), 'INTERNAL_SERVER_ERROR'],
  [
    'GraphQL with a code',
    'application/json',
    graphqlFailure({ code: 'INTERNAL_SERVER_ERROR' }),
    'INTERNAL_SERVER_ERROR',
  ],
  ['GraphQL and data', 'application/graphql-response+json', graphqlFailure({}, null), 'INTERNAL_SERVER_ERROR'],
];

test('hides the body of a 500 of a subgraph', async (t) => {
  for (const [name, type, body, code] of FAILURES) {
    await t.test(name, async () => {
      failing.answer = { type, body };
      const answer = await ask(gateway.url, '{ users { name } }');
      assert.equal(answer.status, 200);
      assert.equal(answer.errors?.[0]?.extensions.code, code);
      assertTellsNothing(answer.text);
      assert.doesNotMatch(answer.text, /internal:|srv|Db\.open/);
      if (code === 'INTERNAL_SERVER_ERROR') await assertLogged(gateway, answer, /db-1\.internal:5432.*srv\/users/);
      else await assertLogged(gateway, answer, /"subgraph":"users".*call to the subgraph failed/);
    });
  }
});

test('hides a failing SQL statement, in the subgraph and in the gateway', async (t) => {
  const file = join(await temporaryFolder(t), 'users.sqlite');
  const users = await start(t, 'subgraphs/users', { ...PRODUCTION, USERS_DATABASE: file });
  const gateway = await start(t, 'gateway', { ...PRODUCTION, USERS_URL: users.url });
  dropTable(file, 'users');
  for (const [name, operation] of [
    ['a query', '{ users { name } }'],
    ['a mutation', 'mutation { createUser(name: "Ada", email: "ada@example.com") { id } }'],
    ['one of several fields', '{ u: user(id: 1) { name } __typename }'],
  ] as const) {
    await t.test(name, async () => {
      const direct = await ask(users.url, operation, {}, { 'x-subgraph-secret': SECRET });
      assertMasked(direct);
      await assertLogged(users, direct, /no such table: users/);

      const through = await ask(gateway.url, operation);
      assertMasked(through);
      assert.notEqual(idOf(through), idOf(direct));
      const inGateway = await assertLogged(gateway, through, /INTERNAL_SERVER_ERROR/);
      const inUsers = users.logs.filter(({ msg }) => msg === 'unexpected error').map(({ id }) => String(id));
      assert.ok(
        inUsers.some((id) => inGateway.includes(id)),
        'the one log leads to the other',
      );
    });
  }
});

function graphqlFailure(extensions: Record<string, unknown>, data?: null): string {
  const stacktrace = ['at Db.open (/srv/users/db.js:7)'];
  const told = { ...extensions, stacktrace, exception: { host: 'db-1.internal' }, response: { url: INSIDE } };
  return JSON.stringify({ errors: [{ message: INSIDE, path: ['users'], extensions: told }], data });
}

/** Starts a subgraph that responds to every call with 500 and this body. */
async function startFailing(t: Afterwards): Promise<{ url: string; answer: { type: string; body: string } }> {
  const failing = { url: '', answer: { type: '', body: '' } };
  const server = createServer((request, response) => {
    const { type, body } = failing.answer;
    request.resume().once('end', () => response.writeHead(500, { 'content-type': type }).end(body));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  failing.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`;
  return failing;
}

/** Asserts that every error has the generic message, a code and an id, and nothing else. */
function assertMasked(answer: Answer<unknown>): void {
  const { errors = [], text } = answer;
  assert.ok(errors.length > 0, text);
  for (const { message, extensions } of errors) {
    assert.equal(message, 'Internal server error');
    assert.deepEqual(Object.keys(extensions).toSorted(), ['code', 'id']);
    assert.equal(extensions.code, 'INTERNAL_SERVER_ERROR');
  }
  assertTellsNothing(text);
}

function idOf({ errors }: Answer<unknown>): unknown {
  return errors?.[0]?.extensions.id;
}

/** Asserts that the log has the error under the client's id. */
async function assertLogged(process: RunningProcess, answer: Answer<unknown>, rest: RegExp): Promise<string> {
  const id = idOf(answer);
  assert.match(String(id), ID);
  const line = JSON.stringify(await process.logged((line) => line.id === id));
  assert.match(line, rest);
  return line;
}

/** Breaks the database from outside the process that owns it. */
function dropTable(file: string, table: string): void {
  const database = new Database(file);
  database.exec(`drop table ${table}`);
  database.close();
}

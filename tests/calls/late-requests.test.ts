import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { after, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { start, temporaryFolder } from '../harness/graph.ts';
import { startProxy } from '../harness/proxy.ts';
import { countRows } from '../harness/rows.ts';
import { until } from '../harness/waiting.ts';

const SECRET = 'a secret for this test only';
const folder = await temporaryFolder({ after });
const users = await start({ after }, 'subgraphs/users', {
  USERS_DATABASE: join(folder, 'users.sqlite'),
  LOG_LEVEL: 'debug',
});

const statements = () => users.logs.filter(({ msg }) => msg === 'statement').length;

/** Runs a query of one statement, and counts those that are logged once that is. */
async function statementsAfterQuery(): Promise<number> {
  const before = statements();
  await send(users.url, '{ users { id } }', 10_000);
  return until(statements, (count) => count > before);
}

/** Sends an operation as the gateway does, and the end of its body so much later. */
async function send(url: string, query: string, deadlineMs: number, bodyDelayMs = 0): Promise<[number, unknown]> {
  const body = JSON.stringify({ query });
  const headers = {
    'content-type': 'application/json',
    'content-length': body.length,
    'x-subgraph-secret': SECRET,
    'x-deadline-ms': deadlineMs,
  };
  const request = httpRequest(url, { method: 'POST', headers });
  request.write(body.slice(0, -1));
  if (bodyDelayMs > 0) await delay(bodyDelayMs);
  request.end(body.slice(-1));
  const [response] = await once(request, 'response');
  return [response.statusCode, await json(response)];
}

const OVERDUE = {
  errors: [
    {
      message: "The request's deadline passed before it could be executed",
      extensions: { code: 'DEADLINE_EXCEEDED' },
    },
  ],
};

for (const [name, deadlineMs, bodyDelayMs] of [
  ['that comes with none left', 0, 0],
  ['that takes too long to come', 100, 200],
] as const) {
  test(`a request ${name} of its time runs no SQL`, async () => {
    const before = await statementsAfterQuery();
    assert.deepEqual(await send(users.url, '{ users { id } }', deadlineMs, bodyDelayMs), [504, OVERDUE]);
    assert.equal(await statementsAfterQuery(), before + 1);
  });
}

test('a request whose time ends between two mutations runs the first only', async (t) => {
  const proxy = await startProxy(users.url);
  t.after(() => proxy.close());
  const database = join(folder, 'orders.sqlite');
  const orders = await start(t, 'subgraphs/orders', { ORDERS_DATABASE: database, USERS_URL: proxy.url });
  await send(users.url, 'mutation { createUser(name: "Ada", email: "ada@example.com") { id } }', 10_000);
  proxy.behaviour = 'answer late';
  proxy.delayMs = 600;
  const create = 'createOrder(userId: 1, amount: 1) { id }';
  const [, answer] = await send(orders.url, `mutation { a: ${create} b: ${create} c: ${create} }`, 1000);
  assert.deepEqual(answer, { ...Object(answer), data: null });
  assert.match(JSON.stringify(answer), /DEADLINE_EXCEEDED/);
  assert.equal(countRows(database, 'orders'), 1);
  assert.equal(proxy.calls.length, 2);
});

test('a request whose time ends while its process waits for its database runs nothing more', async () => {
  const database = join(folder, 'users.sqlite');
  const before = countRows(database, 'users');
  const lock = new Database(database);
  lock.exec('begin immediate');
  const create = (name: string) => `${name}: createUser(name: "Bob", email: "${name}@example.com") { id }`;
  const sending = send(users.url, `mutation { ${create('a')} ${create('b')} ${create('c')} }`, 200);
  await delay(450); // the process is busy with waiting: no timer of its own comes to anything
  lock.exec('commit');
  lock.close();
  const [, answer] = await sending;
  assert.match(JSON.stringify(answer), /DEADLINE_EXCEEDED/);
  assert.equal(countRows(database, 'users'), before + 1);
});

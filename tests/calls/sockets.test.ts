import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, test } from 'node:test';
import { type Afterwards, start, temporaryFolder } from '../harness/graph.ts';
import { type RunningProcess, runScript } from '../harness/process.ts';
import { copySupergraph, replace } from '../harness/supergraph-files.ts';
import { until } from '../harness/waiting.ts';

/** Scope of the whole file: what a test starts goes on after it. */
const hooks: (() => unknown)[] = [];
const file: Afterwards = { after: (hook) => void hooks.unshift(hook) };
after(async () => {
  for (const hook of hooks) await hook();
});

const folder = await temporaryFolder(file);
const pathOf = (name: string) => join(folder, `${name}.sock`);
const urlOf = (name: string) => `unix://${pathOf(name)}?path=/graphql`;
const startUsers = () =>
  start(file, 'subgraphs/users', {
    USERS_SOCKET: pathOf('users'),
    USERS_DATABASE: join(folder, 'users.sqlite'),
  });

let users: RunningProcess = await startUsers();
const orders = await start(file, 'subgraphs/orders', {
  ...{ ORDERS_SOCKET: pathOf('orders'), ORDERS_DATABASE: join(folder, 'orders.sqlite'), USERS_URL: users.url },
});
const { supergraph } = await copySupergraph(file);
const settings = (await readFile(supergraph, 'utf8')).replace(/\n {2}products:.*/s, '\n');
await replace(supergraph, `${settings}gateway: { listen: "unix:${pathOf('gateway')}" }\n`);
const gateway = await start(file, 'gateway', {
  ...{ SUPERGRAPH_FILE: supergraph, GATEWAY_PORT: '', USERS_URL: users.url, ORDERS_URL: orders.url },
});

async function ask(query: string): Promise<string> {
  const headers = { 'content-type': 'application/json' };
  const request = httpRequest({ socketPath: pathOf('gateway'), path: '/graphql', method: 'POST', headers });
  request.end(JSON.stringify({ query }));
  const [response]: IncomingMessage[] = await once(request, 'response');
  return response ? text(response) : '';
}

async function create(email: string): Promise<string> {
  const { data } = JSON.parse(await ask(`mutation { createUser(name: "Ada", email: "${email}") { id } }`)) as {
    data: { createUser: { id: string } };
  };
  return data.createUser.id;
}

test('processes of one machine answer and ask each other by sockets, which only their user and group may use', async () => {
  const names = ['users', 'orders', 'gateway'];
  assert.deepEqual(
    [users, orders, gateway].map(({ url }) => url),
    names.map(urlOf),
  );
  const user = await create('ada@example.com');
  const ordered = await ask(`mutation { createOrder(userId: "${user}", amount: "1.00") { user { name } } }`);
  assert.equal(ordered, '{"data":{"createOrder":{"user":{"name":"Ada"}}}}\n');
  for (const name of names) assert.equal((await stat(pathOf(name))).mode & 0o777, 0o660);
});

test('a restarted process takes its socket again, whether it stopped or crashed', async () => {
  for (const signal of [undefined, 'SIGKILL'] as const) {
    await users.stop(signal);
    users = await startUsers();
    await until(
      () => ask('{ users { name } }'),
      (answer) => answer === '{"data":{"users":[{"name":"Ada"}]}}\n',
    );
  }
});

test('takes no socket at which another process listens, and replaces no other file', async () => {
  const env = { USERS_DATABASE: ':memory:' };
  const second = await runScript('subgraphs/users/src/main.ts', { ...env, USERS_SOCKET: pathOf('users') });
  assert.match(second.stderr, /Another process listens on .*users\.sock\. Stop it/);
  const other = join(folder, 'other.txt');
  await writeFile(other, 'kept');
  const replacing = await runScript('subgraphs/users/src/main.ts', { ...env, USERS_SOCKET: other });
  assert.match(replacing.stderr, /is a file and not a socket/);
  assert.equal(await readFile(other, 'utf8'), 'kept');
});

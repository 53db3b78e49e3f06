import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { ask, createOrder, createUser } from '../harness/client.ts';
import { codeBlock } from '../harness/documentation.ts';
import { startGraph } from '../harness/graph.ts';
import { run } from '../harness/pm2.ts';
import { changeRows, readRows } from '../harness/rows.ts';
import { configure, copySupergraph, replace } from '../harness/supergraph-files.ts';
import { until } from '../harness/waiting.ts';
import { faultPictures } from './fault-pictures.ts';

// Walks the guide of docs/operations.md, "Find the cause": each prepared fault is found by its commands.

const files = await copySupergraph({ after });
const original = await readFile(files.supergraph, 'utf8');
/** Settings that the guide starts from: the access log, and a cache that was turned on without a lifetime. */
const SETTINGS = `${original}gateway:\n  telemetry: { logging: { format: json, access_log: true } }\n`;
const CACHED = `${SETTINGS}  response_cache: { enabled: true }\n`;
await replace(files.supergraph, SETTINGS);
const graph = await startGraph(
  { after },
  {
    only: ['users', 'orders'],
    gateway: { SUPERGRAPH_FILE: files.supergraph },
    orders: { METRICS_PATH: '/metrics' },
  },
);
const { port } = new URL(graph.url);
const pictures = await faultPictures({ after }, graph.url);

const userIds: string[] = [];
for (const name of ['ada', 'grace', 'alan']) {
  const id = await createUser(graph.url, `${name}@example.com`, name);
  userIds.push(id);
  await createOrder(graph.url, id);
}

/** Runs the command of a guide's step, which has to be in the guide as it is. */
async function plan(query: string): Promise<string> {
  const guide = await readFile('docs/operations.md', 'utf8');
  assert.ok(guide.includes(`npm run plan -- '${query}'`), `not in the guide: ${query}`);
  const env = { GATEWAY_PORT: port, SUPERGRAPH_FILE: files.supergraph };
  const { code, stdout, stderr } = await run(process.execPath, ['commands/plan.ts', query], env);
  assert.equal(code, 0, stderr);
  return stdout;
}

const ORDERS = '{ orders { amount user { name } } }';

test('a slow statement is found by the plan, the metrics of the subgraph, and SQLite', async (t) => {
  const database = graph.databaseOf('orders');
  t.after(() => changeRows(database, 'delete from orders where user_id > 1000'));
  changeRows(
    database,
    `drop index orders_of_user; drop index keys_of_user;
    with recursive numbers(n) as (select 1 union all select n + 1 from numbers where n < 200000)
    insert into orders (user_id, amount_minor, status, created_at)
    select 1000 + n, 100, 'PENDING', '2026-11-01T00:00:00.000Z' from numbers`,
  );
  const query = '{ users { orders { amount } } }';
  for (let time = 0; time < 25; time += 1) await ask(graph.url, query);
  assert.match(await plan(query), /^orders took [\d.]+ of [\d.]+ ms, in 1 call for \d entities\.$/m);
  await pictures.take('slow-statement', query);
  const [scrape = '', explain = ''] = codeBlock('docs/operations.md', 'slow-statement').trim().split('\n');
  const { stdout } = await run('sh', ['-c', scrape.replace('127.0.0.1:4002', new URL(graph.orders.url).host)], {});
  assert.match(stdout, /^[\d.]+ lockstep_statement_duration_seconds_sum\{.*statement="SELECT orders".*\}\n$/);
  const [, statement = ''] = /"(.*)"/.exec(explain) ?? [];
  assert.match(readRows<{ detail: string }>(database, statement)[0]?.detail ?? '', /^SCAN orders$/);
  changeRows(database, 'create index orders_of_user on orders (user_id, id)');
  assert.match(readRows<{ detail: string }>(database, statement)[0]?.detail ?? '', /USING INDEX orders_of_user/);
});

test('a subgraph that resets connections is found by one command', async (t) => {
  graph.usersProxy.behaviour = 'reset';
  t.after(() => {
    graph.usersProxy.behaviour = 'pass';
  });
  await pictures.take('reset-connections', ORDERS);
  const shown = await plan(ORDERS);
  assert.match(shown, /^.*; users failed with SUBGRAPH_UNAVAILABLE.*\.$/m);
  assert.match(shown, /✗ users, at orders\.@\.user .*SUBGRAPH_UNAVAILABLE/);
  assert.match(shown, /(ECONNRESET|UND_ERR_SOCKET)/);
  assert.match(shown, /^SUBGRAPH_UNAVAILABLE: Subgraph "users" is unavailable$/m);
});

test('a client with a costly query is found by the access log and the plan', async () => {
  const costly = 'query Report { users { orders { id amount user { orders { amount } } } } }';
  const own = { 'x-request-id': 'costly' }; // lines of the test before may come late
  for (let sent = 0; sent < 5; sent += 1) await ask(graph.url, ORDERS, {}, own);
  await ask(graph.url, costly, {}, own);
  for (let sent = 0; sent < 5; sent += 1) await ask(graph.url, ORDERS, {}, own);
  const lines = await until(
    () => graph.gateway.logs.filter(({ msg, requestId }) => msg === 'request' && requestId === 'costly'),
    ({ length }) => length === 11,
  );
  await mkdir(join(graph.folder, 'logs'));
  const log = lines.map((line) => `${JSON.stringify(line)}\n`).join('');
  await writeFile(join(graph.folder, 'logs', 'gateway-out.log'), log);
  const { stdout } = await run('sh', ['-c', codeBlock('docs/operations.md', 'largest-answers')], {}, graph.folder);
  const [, largest = ''] = /(\{.*\})\n$/.exec(stdout) ?? [];
  const { operationName, client } = JSON.parse(largest);
  assert.deepEqual([operationName, client], ['Report', '127.0.0.1']);
  await pictures.take('costly-query', costly);
  const shown = await plan(costly);
  assert.match(shown, /orders, at users\.@ .*3 entities, \d+ B sent, \d+ B received$/m);
});

test('a cache that never hits is found by asking twice', async () => {
  await configure(graph.gateway, files.supergraph, CACHED);
  for (let time = 0; time < 2; time += 1) {
    assert.match(
      await plan(ORDERS),
      /users, at orders\.@\.user .*3 entities, 0 of 3 from the cache, .*no cache-control$/m,
    );
  }
  await pictures.take('cold-cache', ORDERS, 2);
  const mended = codeBlock('docs/operations.md', 'cache-lifetime').replace(/^gateway:\n/m, '');
  await configure(graph.gateway, files.supergraph, `${SETTINGS}${mended}`);
  await plan(ORDERS);
  assert.match(await plan(ORDERS), /users, at orders\.@\.user .*3 entities, 3 of 3 from the cache$/m);
});

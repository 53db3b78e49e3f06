import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { after, type TestContext, test } from 'node:test';
import Database from 'better-sqlite3';
import { createOrder, createUser, get } from '../harness/client.ts';
import { tellProgress, times } from '../harness/full-count.ts';
import { type Afterwards, type Graph, start, startGraph } from '../harness/graph.ts';
import { ROOT } from '../harness/process.ts';
import { countRows, readRows } from '../harness/rows.ts';
import { until } from '../harness/waiting.ts';
import { type DatabaseVariables, databasesIn, runCommand, runNpm, SUBGRAPHS } from './backup-command.ts';

const BACKUPS = times(20);
const CLIENTS = 4;
/** Number of initial users and orders, enough for a backup to take several steps. */
const EARLIER = 40_000;

const FILES = ['backup.json', ...SUBGRAPHS.map((name) => `${name}.sqlite`)];

interface Shop extends Graph {
  readonly databases: DatabaseVariables;
}

const shop = await startFilledShop({ after });

test(`each of ${BACKUPS} backups under load is complete, and a prefix of the commits in both databases`, async (t) => {
  const load = startLoad(t, 'backed-up');
  for (let backup = 1; backup <= BACKUPS; backup += 1) {
    const acknowledged = await load.someMore();
    const folder = join(shop.folder, `backup-${backup}`);
    const { code, stderr } = await runCommand('backup', [folder], shop.databases);
    assert.equal(code, 0, stderr);
    assert.deepEqual((await readdir(folder)).toSorted(), FILES);
    assertPrefix(join(folder, 'users.sqlite'), shop.databases.USERS_DATABASE, 'users', acknowledged);
    assertPrefix(join(folder, 'orders.sqlite'), shop.databases.ORDERS_DATABASE, 'orders', acknowledged);
    // An order is created after its user, so databases of the same moment have no order without one.
    assert.ok(lastUserOf(folder) <= countRows(join(folder, 'users.sqlite'), 'users'));
    tellProgress('backed up', backup, BACKUPS);
  }
  const failures = await load.stop();
  assert.deepEqual(failures, [], 'a backup disturbs nobody');
});

test('a killed backup is not a backup', async () => {
  const { folder, databases } = shop;
  const backup = join(folder, 'killed');
  const child = spawn(process.execPath, ['commands/backup.ts', backup], { cwd: ROOT, env: databases });
  const closed = once(child, 'close');
  await once(child.stdout, 'data'); // it reports that a part is copied
  child.kill('SIGKILL');
  assert.deepEqual(await closed, [null, 'SIGKILL']);
  assert.ok(existsSync(join(backup, 'users.sqlite')));
  const { code, stderr } = await runCommand('restore', [backup], databases);
  assert.equal(code, 1);
  assert.match(stderr, /^.+\/killed has no complete backup/);
});

// Comes last, because it stops the processes.
test('restores a backup taken under load, from which the graph continues', async (t) => {
  const load = startLoad(t, 'restored');
  await load.someMore();
  const folder = join(shop.folder, 'backup');
  const backup = await runNpm('backup', folder, shop.databases);
  assert.match(backup.stdout, /^orders, percent: 100 of 100$/m);
  assert.match(backup.stdout, /^Backed up users \([\d.]+ MB\), .*orders \([\d.]+ MB\).* to .+\/backup$/m);
  await load.someMore();
  await load.stop();
  const backedUp = countRows(join(folder, 'orders.sqlite'), 'orders');
  const lost = countRows(shop.databases.ORDERS_DATABASE, 'orders');
  assert.ok(backedUp < lost);
  await Promise.all([shop.users.stop(), shop.products.stop()]);
  await shop.orders.stop('SIGKILL'); // its last commits are only in the WAL

  const { code, stdout, stderr } = await runNpm('restore', folder, shop.databases);

  assert.equal(code, 0, stderr);
  assert.match(stdout, /^orders: restored; the previous database is now .+\/orders\.sqlite\.replaced-.+Z$/m);
  assert.match(stdout, /^Restored the databases of 20.+Z$/m);
  const [, kept = ''] = /^orders: .* is now (.+)$/m.exec(stdout) ?? [];
  assert.deepEqual(readRows(kept, 'pragma integrity_check'), [{ integrity_check: 'ok' }]);
  assert.equal(countRows(kept, 'orders'), lost);
  assert.equal(existsSync(`${shop.databases.ORDERS_DATABASE}-wal`), false);
  assert.equal(countRows(shop.databases.ORDERS_DATABASE, 'orders'), backedUp);
  await assertServes(t, backedUp);
});

/** Starts the whole graph, with users and an order of each. */
async function startFilledShop(t: Afterwards): Promise<Shop> {
  const graph = await startGraph(t);
  const databases = databasesIn(graph.folder);
  const numbers = `with recursive numbers (n) as (select 1 union all select n + 1 from numbers limit ${EARLIER})`;
  write(
    databases.USERS_DATABASE,
    `${numbers} insert into users (name, email, email_key, created_at)
      select 'Ada', n || '@example.com', n || '@example.com', '2026-01-01T00:00:00.000Z' from numbers`,
  );
  write(
    databases.ORDERS_DATABASE,
    `${numbers} insert into orders (user_id, amount_minor, status, created_at)
      select n, 1050, 'PENDING', '2026-01-01T00:00:00.000Z' from numbers`,
  );
  return { ...graph, databases };
}

function write(file: string, statement: string): void {
  const database = new Database(file);
  database.exec(statement);
  database.close();
}

/** Starts clients that create users and an order for each, until they are stopped. */
function startLoad(t: TestContext, label: string) {
  const failures: unknown[] = [];
  let acknowledged = EARLIER;
  let running = true;
  const client = async (name: number) => {
    for (let number = 0; running; number += 1) {
      try {
        await createOrder(shop.url, await createUser(shop.url, `${label}-${name}-${number}@example.com`));
        acknowledged += 1;
      } catch (error) {
        if (!String(error).includes('DEADLINE_EXCEEDED')) failures.push(error); // which happens on a busy machine
      }
    }
  };
  const clients = Array.from({ length: CLIENTS }, (_, name) => client(name));
  t.after(() => {
    running = false;
  });
  return {
    /** Resolves with the number of acknowledged orders once there are more. */
    async someMore(): Promise<number> {
      const before = acknowledged;
      return until(
        () => acknowledged,
        (now) => now >= before + CLIENTS,
      );
    },
    async stop(): Promise<unknown[]> {
      running = false;
      await Promise.all(clients);
      return failures;
    },
  };
}

/** Asserts that the backup has every order acknowledged before it was taken, as in the database and without gaps. */
function assertPrefix(backup: string, live: string, table: string, acknowledged: number): void {
  assert.deepEqual(readRows(backup, 'pragma integrity_check'), [{ integrity_check: 'ok' }]);
  const count = countRows(backup, table);
  assert.ok(count >= acknowledged, `${count} ${table} of ${acknowledged} that were acknowledged`);
  const [last] = readRows(backup, `select max(id) as id from ${table}`);
  assert.deepEqual(last, { id: count });
  const written = `select * from ${table} where id > ${EARLIER} and id <= ${count} order by id`;
  assert.deepEqual(readRows(backup, written), readRows(live, written));
}

function lastUserOf(folder: string): number {
  const [last] = readRows<{ id: number }>(join(folder, 'orders.sqlite'), 'select max(user_id) as id from orders');
  return last?.id ?? 0;
}

/** Asserts that a graph on the restored files has this many orders, the last with its user, and gives the next id. */
async function assertServes(t: TestContext, orders: number): Promise<void> {
  const { verificationProxy, usersProxy, ordersProxy, url } = shop;
  const users = await start(t, 'subgraphs/users', shop.databases);
  usersProxy.targets = verificationProxy.targets = users.urls;
  const restarted = await start(t, 'subgraphs/orders', { ...shop.databases, USERS_URL: verificationProxy.url });
  ordersProxy.targets = restarted.urls;
  const query = `{ orders(first: 100, after: ${orders - 1}) { id user { name } } }`;
  assert.deepEqual(await get(url, query), { orders: [{ id: String(orders), user: { name: 'Ada Lovelace' } }] });
  assert.equal(await createOrder(url, '1'), String(orders + 1));
}

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fingerprint } from '../../commands/databases/backup-folder.ts';
import { checkCheckouts } from '../../commands/databases/checkout-check.ts';
import { hasSessions } from '../../commands/moving/in-use.ts';
import { createProduct, createUser } from '../harness/client.ts';
import { createDatabases } from '../harness/databases.ts';
import { times } from '../harness/full-count.ts';
import { start, startGraph } from '../harness/graph.ts';
import { NO_PM2, type Outcome, run } from '../harness/pm2.ts';
import { program, runSql, startPostgres, withoutPostgres } from '../harness/postgres.ts';
import { ROOT, runScript } from '../harness/process.ts';
import { countRows, readRows } from '../harness/rows.ts';
import { SUBGRAPH_NAMES, variablesOfEach } from '../harness/subgraphs.ts';
import { until, withDeadline } from '../harness/waiting.ts';
import { Shoppers } from '../moving/shoppers.ts';

const ON_SERVER = ['orders', 'products'];
/** Output of a restore that has replaced the first of them. */
const HALF = 'products: restored';
/** Output of a restore before it changes anything. */
const COPIED = 'users, percent: 100 of 100';
/** Time from then to its end, roughly. */
const MOST_MS = 500;

/** Checkout under way at the moment of the backup, which the sweep ends. */
const UNDER_WAY = /its checkout has not ended|products has a reservation for it, and it is PENDING/;

test('backups under load show both engines at one moment, and are restored whole or not at all', {
  skip: withoutPostgres,
}, async (t) => {
  const { url, graph, locations, shoppers, command } = await startShop(t);
  const wrote = (users: number) =>
    until(
      () => shoppers.acknowledged.users.size,
      (size) => size >= users,
    );
  await wrote(3);
  const backup = join(graph.folder, 'backup');
  const lacking = await command('backup', join(graph.folder, 'lacking'), { PATH: '/nowhere' });
  assert.match(lacking.stderr, /pg_dump can't be run; install PostgreSQL's client programs/);
  const made = await command('backup', backup);
  assert.equal(made.code, 0, made.stderr);
  await wrote(shoppers.acknowledged.users.size + 2);
  const refused = await command('restore', backup);
  assert.match(refused.stderr, /a process (uses its database|has .* open); npm stop, then restore again/);
  await shoppers.end();
  for (const name of SUBGRAPH_NAMES) await graph.processOf(name).stop();
  const later = countRows(locations.get('products') ?? '', 'submissions');

  const damaged = join(graph.folder, 'damaged');
  cpSync(backup, damaged, { recursive: true });
  await damage(damaged, 'products.dump');
  const failed = await command('restore', damaged);
  assert.match(failed.stderr, /^products: not restored \(pg_restore failed: /m);
  assert.equal(countRows(locations.get('products') ?? '', 'submissions'), later, 'rolled back');
  const orders = variablesOfEach('DATABASE', (name) => locations.get(name) ?? '', ['products']);
  await assertRefuses('products', locations, damaged);

  const before = rowsOf(locations);
  const seen: number[][] = [];
  const release = await holdOrders(locations.get('orders') ?? '', url);
  await killRestore(backup, locations, HALF, release);
  seen.push(rowsOf(locations));
  for (const name of ON_SERVER) await assertRefuses(name, locations, backup);
  for (let kill = 0; kill < times(20, 1); kill += 1) {
    await killRestore(backup, locations, COPIED);
    seen.push(rowsOf(locations));
  }

  const restored = await command('restore', backup);
  assert.equal(restored.code, 0, restored.stderr);
  for (const { stdout, stderr } of [lacking, made, refused, failed, restored])
    assert.doesNotMatch(stdout + stderr, /password of|password%20/);
  assert.ok(countRows(locations.get('products') ?? '', 'submissions') < later);
  const now = rowsOf(locations);
  assert.deepEqual(seen[0], [before[0], now[1]], 'killed half-way');
  for (const rows of seen)
    rows.forEach((count, index) => {
      assert.ok(count === before[index] || count === now[index], `${seen.join(' ')} of ${before} to ${now}`);
    });
  const { problems } = await checkCheckouts({
    orders: locations.get('orders') ?? '',
    products: locations.get('products') ?? '',
  });
  assert.deepEqual(
    problems.filter((problem) => !UNDER_WAY.test(problem)),
    [],
  );
  const [{ last } = { last: 0 }] = readRows<{ last: number }>(
    locations.get('orders') ?? '',
    'select max(user_id) as last from orders',
  );
  assert.ok(last <= countRows(locations.get('users') ?? '', 'users'));
  await (await start(t, 'subgraphs/products', orders)).stop();
});

/** Returns the number of rows that shoppers have written to each database on the server. */
function rowsOf(locations: ReadonlyMap<string, string>): number[] {
  return [
    countRows(locations.get('orders') ?? '', 'orders'),
    countRows(locations.get('products') ?? '', 'submissions'),
  ];
}

/** Reads a table of orders for long, so that its restore has to wait. Resolves with the end of that. */
async function holdOrders(orders: string, server: string): Promise<() => unknown> {
  const { pathname, username } = new URL(orders);
  const superuser = Object.assign(new URL(server), { pathname }).href;
  const holds = `begin; lock table ${username}.orders in access share mode; select pg_sleep(600)`;
  spawn(program('psql'), [superuser, '--command', holds], { stdio: 'ignore' });
  const ofHolder = `from pg_stat_activity where query like '%pg_sleep(600)' and pid <> pg_backend_pid()`;
  await until(
    () => runSql(superuser, `select wait_event ${ofHolder}`),
    (event) => event.includes('PgSleep'),
  );
  return () => runSql(superuser, `select pg_terminate_backend(pid) ${ofHolder}`);
}

/** Kills a restore as `kill -9` does, when it says this or a moment later. Resolves when the server has noticed. */
async function killRestore(
  folder: string,
  locations: ReadonlyMap<string, string>,
  text: string,
  then: () => unknown = () => {},
): Promise<void> {
  const env = {
    ...NO_PM2,
    PATH: process.env.PATH,
    ...variablesOfEach('DATABASE', (name) => locations.get(name) ?? ''),
  };
  const child = spawn(process.execPath, ['commands/restore.ts', folder], { cwd: ROOT, env });
  const closed = once(child, 'close');
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    said += chunk;
    if (said.includes(text)) setTimeout(() => child.kill('SIGKILL'), text === COPIED ? Math.random() * MOST_MS : 0);
  });
  assert.deepEqual(await withDeadline(closed, () => `${text} in ${said}`), [null, 'SIGKILL'], said);
  then();
  for (const name of ON_SERVER)
    await until(
      () => hasSessions(locations.get(name) ?? ''),
      (isUsed) => !isUsed,
    );
}

async function assertRefuses(name: string, locations: ReadonlyMap<string, string>, backup: string): Promise<void> {
  const env = {
    ...variablesOfEach('DATABASE', (each) => locations.get(each) ?? '', [name]),
    ...variablesOfEach('URL', () => 'http://127.0.0.1:9/graphql'),
  };
  const { stdout, stderr } = await runScript(`subgraphs/${name}/src/main.ts`, env);
  assert.match(stdout + stderr, /has not ended.*run it again: npm run restore -- /);
  assert.ok((stdout + stderr).includes(backup));
}

/** Starts a graph under load: users on SQLite, and orders and products on one server. */
async function startShop(t: TestContext) {
  const server = await startPostgres(t);
  const urls = createDatabases(['orders', 'products'], '', 'schema', server.url);
  const graph = await startGraph(t, {
    orders: { ORDERS_DATABASE: urls.get('orders') ?? '' },
    products: { PRODUCTS_DATABASE: urls.get('products') ?? '' },
  });
  const locations = new Map([...urls, ['users', graph.databaseOf('users')]]);
  const env = { ...NO_PM2, ...variablesOfEach('DATABASE', (name) => locations.get(name) ?? '') };
  const userId = await createUser(graph.url, 'ada@example.com');
  const shoppers = new Shoppers(graph.url, userId, await createProduct(graph.url, 1000));
  const command = (name: string, folder: string, more: Record<string, string> = {}): Promise<Outcome> =>
    run(process.execPath, [`commands/${name}.ts`, folder], { PATH: process.env.PATH ?? '', ...env, ...more });
  return { url: server.url, graph, locations, shoppers, command };
}

/** Cuts a file of a backup short, in a way that its checksum doesn't tell. */
async function damage(folder: string, file: string): Promise<void> {
  const path = join(folder, file);
  truncateSync(path, readFileSync(path).length - 200);
  const contents = JSON.parse(readFileSync(join(folder, 'backup.json'), 'utf8'));
  for (const database of contents.databases)
    if (database.file === file) Object.assign(database, await fingerprint(path));
  writeFileSync(join(folder, 'backup.json'), JSON.stringify(contents));
}

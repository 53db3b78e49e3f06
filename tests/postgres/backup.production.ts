import assert from 'node:assert/strict';
import { cpSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fingerprint } from '../../commands/databases/backup-folder.ts';
import { checkCheckouts } from '../../commands/databases/checkout-check.ts';
import { createProduct, createUser } from '../harness/client.ts';
import { createDatabases } from '../harness/databases.ts';
import { start, startGraph } from '../harness/graph.ts';
import { NO_PM2, type Outcome, run } from '../harness/pm2.ts';
import { startPostgres, withoutPostgres } from '../harness/postgres.ts';
import { runScript } from '../harness/process.ts';
import { countRows, readRows } from '../harness/rows.ts';
import { SUBGRAPH_NAMES, variablesOfEach } from '../harness/subgraphs.ts';
import { until } from '../harness/waiting.ts';
import { Shoppers } from '../moving/shoppers.ts';

/** Checkout under way at the moment of the backup, which the sweep ends. */
const UNDER_WAY = /its checkout has not ended|products has a reservation for it, and it is PENDING/;

test('backups under load show both engines at one moment, and are restored whole or not at all', {
  skip: withoutPostgres,
}, async (t) => {
  const { graph, locations, shoppers, command } = await startShop(t);
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
  const refusing = await runScript('subgraphs/products/src/main.ts', orders);
  assert.match(refusing.stdout + refusing.stderr, /has not ended.*run it again: npm run restore -- .*damaged/);

  const restored = await command('restore', backup);
  assert.equal(restored.code, 0, restored.stderr);
  for (const { stdout, stderr } of [lacking, made, refused, failed, restored])
    assert.doesNotMatch(stdout + stderr, /password of|password%20/);
  assert.ok(countRows(locations.get('products') ?? '', 'submissions') < later);
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
  return { graph, locations, shoppers, command };
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

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { databasesOf, endingOf, sendCheckout, untilSettled } from '../harness/checkouts.ts';
import { createProduct, createUser } from '../harness/client.ts';
import { startGraph } from '../harness/graph.ts';
import { type Outcome, PATH, run } from '../harness/pm2.ts';
import { changeRows } from '../harness/rows.ts';
import { until } from '../harness/waiting.ts';

const graph = await startGraph({ after });
const databases = databasesOf(graph);
const userId = await createUser(graph.url, 'ada@example.com');
const productId = await createProduct(graph.url, 10, '2.50');
const checkout = { userId, productId, quantity: 4, key: 'first' };
await sendCheckout(graph.url, checkout);

const FILES = { ORDERS_DATABASE: databases.orders, PRODUCTS_DATABASE: databases.products };

function npm(script: string): Promise<Outcome> {
  return run('npm', ['run', '--silent', script], { PATH, ...FILES });
}

/** Runs the file of a script, in half the time that npm takes for it. */
function command(file: string, env: Record<string, string> = {}): Promise<Outcome> {
  return run(process.execPath, [`commands/${file}`], { ...FILES, ...env });
}

test('npm run check:orders says that all stock is accounted for', async () => {
  const { code, stdout, stderr } = await npm('check:orders');
  assert.deepEqual([code, stderr], [0, '']);
  assert.equal(stdout, '1 checkout and 1 product: every checkout has ended, all stock is accounted for.\n');
});

test('npm run orders:stuck says that every checkout has ended', async () => {
  const { code, stdout } = await npm('orders:stuck');
  assert.deepEqual([code, stdout], [0, 'Every checkout has ended.\n']);
});

test('while products can not be asked, both say which checkout has not ended, since when, and why', async () => {
  graph.stockProxy.behaviour = 'reset';
  assert.equal(endingOf(await sendCheckout(graph.url, { ...checkout, key: 'second' })), 'SUBGRAPH_UNAVAILABLE');
  const stuck = /^order 2: RELEASING since \d{4}-\S+Z: The response of subgraph "products" was lost, .*\n$/;
  const { code } = await until(
    () => command('stuck-orders.ts'),
    ({ stdout }) => stuck.test(stdout),
  );
  assert.equal(code, 0);
  const check = await command('check-orders.ts');
  assert.equal(check.code, 1);
  assert.match(check.stderr, /^order 2: its checkout has not ended, it is RELEASING since \d{4}-\S+Z\n$/);

  graph.stockProxy.behaviour = 'pass';
  await untilSettled(graph);
  assert.equal((await command('stuck-orders.ts')).stdout, 'Every checkout has ended.\n');
});

const BROKEN: [database: 'orders' | 'products', sql: string, undo: string, problem: string][] = [
  [
    'products',
    'update products set stock = stock - 1',
    'update products set stock = stock + 1',
    'product 1: 5 in stock and 4 reserved are not the 10 that were put in',
  ],
  [
    'products',
    "update reservations set state = 'RELEASED' where order_id = 1; update products set stock = 10",
    "update reservations set state = 'RESERVED' where order_id = 1; update products set stock = 6",
    'order 1: it is CONFIRMED, and its reservation of product 1 is not what it says',
  ],
  [
    'products',
    "insert into reservations values (99, 'RESERVED', '2026')",
    'delete from reservations where order_id = 99',
    'order 99: products has a reservation for it, and it is unknown',
  ],
  [
    'orders',
    "update orders set status = 'CANCELLED' where id = 1",
    "update orders set status = 'CONFIRMED' where id = 1",
    'order 1: products has a reservation for it, and it is CANCELLED',
  ],
  [
    'orders',
    'update orders set amount_minor = 1001 where id = 1',
    'update orders set amount_minor = 1000 where id = 1',
    'order 1: its amount is 1001 and its items add up to 1000 minor units',
  ],
  [
    'orders',
    "update orders set status = 'PENDING', amount_minor = 0 where id = 2",
    "update orders set status = 'CANCELLED' where id = 2",
    'order 2: its checkout has ended, and it is PENDING',
  ],
];

for (const [name, sql, undo, problem] of BROKEN) {
  test(`check-orders.ts finds: ${problem}`, async () => {
    changeRows(databases[name], sql);
    assert.deepEqual(await command('check-orders.ts'), { code: 1, stdout: '', stderr: `${problem}\n` });
    changeRows(databases[name], undo);
  });
}

test('databases that are not there are said in one line', async () => {
  const missing = join(graph.folder, 'missing.sqlite');
  const said = { code: 1, stdout: '', stderr: `${missing}: no such database; npm start creates it\n` };
  assert.deepEqual(await command('check-orders.ts', { PRODUCTS_DATABASE: missing }), said);
  assert.deepEqual(await command('stuck-orders.ts', { ORDERS_DATABASE: missing }), said);
});

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import Database from 'better-sqlite3';
import { checkCheckouts } from './checkout-check.ts';
import type { CheckoutDatabases } from './checkout-databases.ts';

const ORDERS = 10_000;

test('a check takes about as long for many products as for few', async (t) => {
  const few = await cpuMs(databasesOf(t, 30));
  const many = await cpuMs(databasesOf(t, 3000));
  assert.ok(many < 5 * few, `${few} ms, and ${many} ms`);
});

test('a check tells its progress', async (t) => {
  const told: number[][] = [];
  const { checkouts, products, problems } = await checkCheckouts(databasesOf(t, 3), (...step) => told.push(step));
  assert.deepEqual([checkouts, products, problems], [ORDERS, 3, []]);
  assert.deepEqual(
    told,
    [1, 2, 3, 4, 5, 6].map((done) => [done, 6]),
  );
});

/** Returns the CPU time of a check that finds nothing. */
async function cpuMs(databases: CheckoutDatabases): Promise<number> {
  const before = process.cpuUsage();
  assert.deepEqual((await checkCheckouts(databases)).problems, []);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

/** Creates confirmed orders of two pieces of one product each, with the columns that the check reads. */
function databasesOf(t: TestContext, products: number): CheckoutDatabases {
  const folder = mkdtempSync(join(tmpdir(), 'lockstep-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const files = { orders: join(folder, 'orders.sqlite'), products: join(folder, 'products.sqlite') };
  const database = new Database(files.orders);
  database.pragma('synchronous = OFF');
  database.exec(`attach '${files.products}' as shop`);
  database.exec(`
    create table orders (id integer primary key, amount_minor integer, status text);
    create table order_items (order_id integer, product_id integer, quantity integer, price_minor integer,
      primary key (order_id, product_id));
    create table sagas (order_id integer primary key, state text, changed_at text);
    create table shop.products (id integer primary key, stock integer, put_in integer);
    create table shop.reservations (order_id integer primary key, state text);
    create table shop.reservation_items (order_id integer, product_id integer, quantity integer, price_minor integer,
      primary key (order_id, product_id));
    with recursive numbers (n) as (select 1 union all select n + 1 from numbers where n < ${ORDERS})
      insert into orders select n, 200, 'CONFIRMED' from numbers;
    insert into order_items select id, 1 + id % ${products}, 2, 100 from orders;
    insert into sagas select id, 'ENDED', '' from orders;
    insert into shop.reservations select id, 'RESERVED' from orders;
    insert into shop.reservation_items select * from order_items;
    insert into shop.products select product_id, 10, 10 + sum(quantity) from order_items group by product_id;
  `);
  database.close();
  return files;
}

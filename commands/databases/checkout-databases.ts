import { existsSync } from 'node:fs';
import { isPostgresUrl } from '@lockstep/subgraph-kit/database/engines/postgres-url.ts';
import Database from 'better-sqlite3';
import { CommandError } from '../terminal/command.ts';
import { type DatabaseLocation, type ReadRows, withRows } from './read-rows.ts';

/** Locations of the two databases that a checkout changes. */
export interface CheckoutDatabases {
  readonly orders: string;
  readonly products: string;
}

/** Table that is copied from a server. */
interface CopiedTable {
  readonly name: string;
  /** Whole numbers. */
  readonly key: readonly string[];
  readonly numbers?: readonly string[];
  readonly texts?: readonly string[];
}

const OF_ORDERS: readonly CopiedTable[] = [
  { name: 'orders', key: ['id'], numbers: ['amount_minor'], texts: ['status'] },
  { name: 'order_items', key: ['order_id', 'product_id'], numbers: ['quantity', 'price_minor'] },
  { name: 'sagas', key: ['order_id'], texts: ['state', 'changed_at'] },
];
const OF_PRODUCTS: readonly CopiedTable[] = [
  { name: 'products', key: ['id'], numbers: ['stock', 'put_in'] },
  { name: 'reservations', key: ['order_id'], texts: ['state'] },
  { name: 'reservation_items', key: ['order_id', 'product_id'], numbers: ['quantity', 'price_minor'] },
];

const ROWS_AT_A_TIME = 10_000;

/**
 * Gives one SQLite connection that has orders, and products as `shop`. Files are attached. No query reaches databases of two
 * servers or roles, so if one is on a server, what a check needs of both is copied to temporary files first.
 *
 * @throws {CommandError} if one of the databases isn't there or can't be read
 */
export async function withBoth<Result>(
  { orders, products }: CheckoutDatabases,
  read: (database: Database.Database) => Result,
): Promise<Result> {
  const areFiles = !isPostgresUrl(orders) && !isPostgresUrl(products);
  let database: Database.Database | undefined;
  try {
    if (areFiles) for (const file of [products, orders]) requireFile(file);
    database = areFiles ? new Database(orders, { readonly: true }) : new Database('');
    database.prepare('attach database ? as shop').run(areFiles ? products : '');
    if (!areFiles) {
      await copy(database, { name: 'orders', location: orders }, 'main', OF_ORDERS);
      await copy(database, { name: 'products', location: products }, 'shop', OF_PRODUCTS);
    }
    return read(database);
  } catch (error) {
    if (!(error instanceof Database.SqliteError)) throw error;
    throw new CommandError(`${orders}: ${error.message}`);
  } finally {
    database?.close();
  }
}

function copy(to: Database.Database, from: DatabaseLocation, schema: string, tables: readonly CopiedTable[]) {
  return withRows(from, async (rows) => {
    for (const table of tables) await copyTable(to, rows, schema, table);
  });
}

async function copyTable(to: Database.Database, rows: ReadRows, schema: string, table: CopiedTable) {
  const { name, key, numbers = [], texts = [] } = table;
  const all = [...key, ...numbers, ...texts];
  const types = [
    ...[...key, ...numbers].map((column) => `${column} integer`),
    ...texts.map((column) => `${column} text`),
  ];
  to.exec(`create table ${schema}.${name} (${types.join(', ')}, primary key (${key.join(', ')}))`);
  const insert = to.prepare(`insert into ${schema}.${name} values (${all.map((column) => `@${column}`).join(', ')})`);
  const insertAll = to.transaction((page: readonly object[]) => {
    for (const row of page) insert.run(row);
  });
  let after = '';
  for (;;) {
    const page = await rows<Record<string, unknown>>(
      `select ${all.join(', ')} from ${name} ${after} order by ${key.join(', ')} limit ${ROWS_AT_A_TIME}`,
    );
    insertAll(page);
    const last = page.at(-1);
    if (!last || page.length < ROWS_AT_A_TIME) return;
    after = `where (${key.join(', ')}) > (${key.map((column) => Number(last[column])).join(', ')})`;
  }
}

function requireFile(file: string): void {
  if (!existsSync(file)) throw new CommandError(`${file}: no such database; npm start creates it`);
}

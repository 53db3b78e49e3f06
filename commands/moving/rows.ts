import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import { CommandError } from '../terminal/command.ts';
import { reasonOf } from './database.ts';
import type { Database, Row, Table } from './moving-engine.ts';

/** Number of rows read at a time. */
const PAGE_ROWS = 1000;
/** Maximum number of values in a statement: SQLite takes 32,766, and PostgreSQL twice that. */
const MAX_VALUES = 30_000;
/** Maximum number of keys in a statement, which SQLite reads as an expression of that depth (it takes 1,000). */
const MAX_KEYS = 100;

const CHECKSUM_BYTES = 32;

/** Yields all rows, in the order of the key, page by page. */
export async function* readPages(db: Database, { name, columns, key }: Table): AsyncGenerator<Row[]> {
  const keyColumns = sql.join(key.map((column) => sql.ref(column)));
  let after: Row | undefined;
  do {
    let query = db
      .selectFrom(name)
      .select([...columns])
      .limit(PAGE_ROWS);
    for (const column of key) query = query.orderBy(column);
    if (after) {
      const last = after;
      query = query.where(sql<boolean>`(${keyColumns}) > (${sql.join(key.map((column) => last[column]))})`);
    }
    const page = await query.execute();
    after = page.length === PAGE_ROWS ? page.at(-1) : undefined;
    if (page.length > 0) yield page;
  } while (after);
}

/** Returns the rows that have one of these keys. */
export async function readRows(db: Database, table: Table, keys: readonly unknown[][]): Promise<Row[]> {
  const found: Row[] = [];
  for (const some of chunks(keys, MAX_KEYS)) {
    const query = db.selectFrom(table.name).select([...table.columns]);
    found.push(...(await query.where(isOneOf(table, some)).execute()));
  }
  return found;
}

/** Deletes the rows that have one of these keys. */
export async function deleteRows(db: Database, table: Table, keys: readonly unknown[][]): Promise<void> {
  for (const some of chunks(keys, MAX_KEYS)) await db.deleteFrom(table.name).where(isOneOf(table, some)).execute();
}

/** @throws {CommandError} if a row can't be stored as it is */
export async function insertRows(db: Database, { name, columns }: Table, rows: readonly Row[]): Promise<void> {
  for (const row of rows) for (const column of columns) requireExact(name, column, row[column]);
  for (const some of chunks(rows, Math.floor(MAX_VALUES / columns.length))) {
    try {
      await db.insertInto(name).values(some).execute();
    } catch (error) {
      throw new CommandError(`${name}: the new database does not take its rows (${reasonOf(error)})`);
    }
  }
}

/** Returns the checksum of rows in any order: the exclusive or of the rows' hashes, which differ because each row has a key. */
export function checksumOf(
  { columns }: Table,
  rows: Iterable<Row>,
  sum: Buffer = Buffer.alloc(CHECKSUM_BYTES),
): Buffer {
  for (const row of rows) {
    const values = JSON.stringify(columns.map((column) => row[column]));
    const hash = createHash('sha256').update(values).digest();
    for (const [index, byte] of hash.entries()) sum[index] = (sum[index] ?? 0) ^ byte;
  }
  return sum;
}

function isOneOf({ key }: Table, keys: readonly unknown[][]) {
  const alternatives = keys.map((values) => {
    const equalities = key.map((column, index) => sql`${sql.ref(column)} = ${values[index]}`);
    return sql`(${sql.join(equalities, sql` and `)})`;
  });
  return sql<boolean>`(${sql.join(alternatives, sql` or `)})`;
}

function requireExact(table: string, column: string, value: unknown): void {
  if (typeof value !== 'number' || !Number.isInteger(value) || Number.isSafeInteger(value)) return;
  throw new CommandError(`${table}.${column}: ${value} is beyond 2^53, and can't be copied exactly; change it first`);
}

function* chunks<Item>(items: readonly Item[], size: number): Generator<Item[]> {
  for (let start = 0; start < items.length; start += size) yield items.slice(start, start + size);
}

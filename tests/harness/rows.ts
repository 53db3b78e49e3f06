import { isPostgresUrl } from '@lockstep/subgraph-kit/database/engines/postgres-url.ts';
import Database from 'better-sqlite3';
import { runSql } from './postgres.ts';

// Each function takes the location of a database on either engine, and works from outside the process that owns it.

/** Returns the number of rows of a table. */
export function countRows(location: string, table: string): number {
  const [row] = readRows<{ count: number }>(location, `select count(*) as count from ${table}`);
  return row?.count ?? 0;
}

/** Returns the rows of a query. */
export function readRows<Row>(location: string, query: string): Row[] {
  if (isPostgresUrl(location)) {
    return JSON.parse(runSql(location, `select coalesce(json_agg(found), '[]') from (${query}) as found`));
  }
  const database = new Database(location, { readonly: true });
  try {
    return database.prepare<[], Row>(query).all();
  } finally {
    database.close();
  }
}

/** Runs statements on a database. */
export function changeRows(location: string, statements: string): void {
  if (isPostgresUrl(location)) {
    runSql(location, statements);
    return;
  }
  const database = new Database(location);
  try {
    database.exec(statements);
  } finally {
    database.close();
  }
}

/** Deletes the rows of all tables, but for the record of migrations. */
export function deleteRows(location: string): void {
  if (isPostgresUrl(location)) {
    truncate(location);
    return;
  }
  const database = new Database(location);
  try {
    const tables = database.prepare<[], string>("select name from sqlite_master where type = 'table'").pluck().all();
    database.pragma('foreign_keys = off');
    const emptied = tables.filter(
      (name) => !/migration/.test(name) && (name === 'sqlite_sequence' || !/^sqlite_/.test(name)),
    );
    database.transaction(() => {
      for (const name of emptied) database.exec(`delete from "${name}"`);
    })();
  } finally {
    database.close();
  }
}

function truncate(url: string): void {
  const tables = readRows<{ name: string }>(
    url,
    `select tablename as name from pg_tables where schemaname = current_schema() and tablename not like 'kysely_%'`,
  );
  runSql(url, `truncate ${tables.map(({ name }) => name).join(', ')} restart identity cascade`);
}

import Database from 'better-sqlite3';

/** Returns the number of rows of a table, read from outside the process that owns the file. */
export function countRows(file: string, table: string): number {
  const database = new Database(file, { readonly: true });
  try {
    return Number(database.prepare(`select count(*) from ${table}`).pluck().get());
  } finally {
    database.close();
  }
}

/** Returns the rows of a query, read from outside the process that owns the file. */
export function readRows<Row>(file: string, query: string): Row[] {
  const database = new Database(file, { readonly: true });
  try {
    return database.prepare<[], Row>(query).all();
  } finally {
    database.close();
  }
}

/** Runs statements on a database, from outside the process that owns the file. */
export function changeRows(file: string, statements: string): void {
  const database = new Database(file);
  try {
    database.exec(statements);
  } finally {
    database.close();
  }
}

/** Deletes the rows of all tables, but for the record of migrations, from outside the process that owns the file. */
export function deleteRows(file: string): void {
  const database = new Database(file);
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

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

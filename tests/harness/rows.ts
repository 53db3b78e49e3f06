import Database from 'better-sqlite3';

/** How many rows the table has, read beside the process that owns the file. */
export function countRows(file: string, table: string): number {
  const database = new Database(file, { readonly: true });
  try {
    return Number(database.prepare(`select count(*) from ${table}`).pluck().get());
  } finally {
    database.close();
  }
}

/** The rows of a query, read beside the process that owns the file. */
export function readRows<Row>(file: string, query: string): Row[] {
  const database = new Database(file, { readonly: true });
  try {
    return database.prepare<[], Row>(query).all();
  } finally {
    database.close();
  }
}

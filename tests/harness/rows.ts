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

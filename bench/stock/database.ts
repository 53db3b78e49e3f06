import Database from 'better-sqlite3';
import { Kysely, SqliteDialect } from 'kysely';

/** Opens a database as durable as the product's, with a write-ahead log synced at each commit. */
export function openDatabase<Tables>(path: string): Kysely<Tables> {
  const database = new Database(path);
  database.pragma('journal_mode = WAL');
  database.pragma('synchronous = FULL');
  return new Kysely<Tables>({ dialect: new SqliteDialect({ database }) });
}

import { closeSync, openSync } from 'node:fs';
import Database from 'better-sqlite3';

// A subgraph is the only process that writes to its database. What stands here opens the file beside it, and writes
// nothing while the subgraph runs.

/** Read transaction on a database, which stays as it was at one moment. */
export type Snapshot = Database.Database;

/** Number of pages copied before other work gets its turn and progress is reported. */
const PAGES_A_STEP = 200;

/**
 * Takes a snapshot of each database, all at the same moment: rows that refer to rows of another database find them. The
 * caller closes the snapshots.
 *
 * In WAL mode a reader sees the database as it was when its transaction began, and neither waits for the writer nor makes
 * it wait. For the moment that it takes to begin all of them nobody may write: the write lock of each is taken (and
 * nothing written under it), which is a good deal less than the `busy_timeout` that a subgraph waits for it.
 *
 * @throws SQLite's own error if one can't be read, or its writer doesn't let go of it for 5 s
 */
export function pinTogether(paths: readonly string[]): Snapshot[] {
  const snapshots = paths.map((path) => new Database(path, { readonly: true, fileMustExist: true }));
  const locks = paths.map((path) => new Database(path, { fileMustExist: true }));
  try {
    for (const lock of locks) lock.exec('begin immediate');
    for (const snapshot of snapshots) {
      snapshot.exec('begin');
      snapshot.prepare('select count(*) from sqlite_schema').get(); // the transaction begins when it first reads
    }
    return snapshots;
  } catch (error) {
    for (const snapshot of snapshots) snapshot.close();
    throw error;
  } finally {
    for (const lock of locks) lock.close();
  }
}

/**
 * Copies a snapshot to a new file, which only its owner can read, by SQLite's online backup
 * (https://www.sqlite.org/backup.html). A backup restarts when another connection writes, and under load would never end;
 * inside a transaction it doesn't.
 *
 * @throws if it can't be written, or the copy doesn't pass SQLite's integrity check
 */
export async function copySnapshot(
  snapshot: Snapshot,
  file: string,
  onProgress: (copied: number) => void,
): Promise<void> {
  closeSync(openSync(file, 'wx', 0o600));
  await snapshot.backup(file, {
    progress({ totalPages, remainingPages }) {
      if (totalPages > 0) onProgress(1 - remainingPages / totalPages);
      return PAGES_A_STEP;
    },
  });
  const copy = new Database(file, { fileMustExist: true });
  try {
    copy.pragma('journal_mode = DELETE'); // one file, with nothing beside it
    checkIntegrity(copy, file);
  } finally {
    copy.close();
  }
}

/** Lock that keeps every process from opening the database until it is closed. The one file has all that is committed. */
export type Exclusive = Database.Database;

/** Locks a database. @throws SQLite's own error: `SQLITE_BUSY` if a process has it open, others if it can't be read */
export function lockOut(path: string): Exclusive {
  const database = new Database(path, { fileMustExist: true, timeout: 0 });
  try {
    // Only the sole connection may leave WAL mode: SQLite refuses if a process has the file open, even if idle. Leaving
    // also writes the WAL back into the file (https://www.sqlite.org/pragma.html#pragma_journal_mode).
    database.pragma('journal_mode = DELETE');
    database.exec('begin exclusive');
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** Returns SQLite's code for an error; undefined for other errors. */
export function sqliteCodeOf(error: unknown): string | undefined {
  return error instanceof Database.SqliteError ? error.code : undefined;
}

function checkIntegrity(database: Database.Database, file: string): void {
  const found = database.pragma('integrity_check', { simple: true });
  if (found !== 'ok') throw new Error(`${file} does not pass the integrity check: ${found}`);
}

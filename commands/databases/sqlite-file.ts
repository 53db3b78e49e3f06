import Database from 'better-sqlite3';

// A subgraph is the only process that writes to its database. What stands here opens the file beside it, and writes
// nothing while the subgraph runs.

/** A database as it was at one moment, whatever is written to it in the meantime. */
export type Snapshot = Database.Database;

/** How many pages are copied before others get their turn, and progress is told. */
const PAGES_A_STEP = 200;

/**
 * Pins each of these databases as it is now: all at the same moment, so that what one of them has of another is there.
 * Whoever has a snapshot closes it.
 *
 * In WAL mode a reader sees the database as it was when its transaction began, and neither waits for the writer nor makes
 * it wait. For the moment that it takes to begin all of them nobody may write: the write lock of each is taken (and
 * nothing written under it), which is a good deal less than the `busy_timeout` that a subgraph waits for it.
 *
 * @throws SQLite's own error where one can't be read, or its writer doesn't let go of it for 5 s
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
 * Copies a snapshot to a new file, by SQLite's online backup. That begins anew whenever another connection has written,
 * and under load would never end: not so inside of a transaction.
 *
 * @throws where it can't be written, or the copy doesn't pass SQLite's integrity check
 */
export async function copySnapshot(
  snapshot: Snapshot,
  file: string,
  onProgress: (copied: number) => void,
): Promise<void> {
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

/** Keeps every process from opening the database, until it is closed. All that is committed is in the one file then. */
export type Exclusive = Database.Database;

/** @throws SQLite's own error: `SQLITE_BUSY` where a process has it open, another where it can't be read */
export function lockOut(path: string): Exclusive {
  const database = new Database(path, { fileMustExist: true, timeout: 0 });
  try {
    // To leave WAL mode, a connection has to be the only one: this is refused where a process has the file open, be it
    // at rest; and it writes what is in the WAL back into the file.
    database.pragma('journal_mode = DELETE');
    database.exec('begin exclusive');
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** SQLite's code for what went wrong, undefined for other errors. */
export function sqliteCodeOf(error: unknown): string | undefined {
  return error instanceof Database.SqliteError ? error.code : undefined;
}

function checkIntegrity(database: Database.Database, file: string): void {
  const found = database.pragma('integrity_check', { simple: true });
  if (found !== 'ok') throw new Error(`${file} does not pass the integrity check: ${found}`);
}

import { chmodSync, closeSync, mkdirSync, openSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { ConfigurationError } from '@lockstep/runtime/configuration-error.ts';
import Database from 'better-sqlite3';
import {
  CompiledQuery,
  type DatabaseConnection,
  Kysely,
  type LogEvent,
  SqliteAdapter,
  type SqliteDatabase,
  SqliteDialect,
  SqliteDriver,
  type SqliteStatement,
  sql,
} from 'kysely';
import type { Engine } from './engine.ts';
import { requireFinishedRestore } from './unfinished-restore.ts';

/** SQLite as an engine. */
export const sqliteEngine: Engine = {
  name: 'sqlite',
  isOnOneMachine: true,
  wholeNumber: 'integer',
  tableOptions: sql`strict`,
  identity: (column) => column.primaryKey().autoIncrement(),
  keysOf: (json) => sql<number>`(select value from json_each(${json}))`,
  async lastIdentity(db, table) {
    const { rows } = await sql<{ seq: number }>`select seq from sqlite_sequence where name = ${table}`.execute(db);
    return rows[0]?.seq ?? 0;
  },
  async setLastIdentity(db, table, id) {
    await sql`delete from sqlite_sequence where name = ${table}`.execute(db);
    await sql`insert into sqlite_sequence (name, seq) values (${table}, ${id})`.execute(db);
  },
  transact: (db, work) => db.transaction().execute(work),
  isConflict: () => false, // there is one connection, and a transaction begins IMMEDIATE
  migrating: (db, work) => db.transaction().execute(work),
};

/** Maximum number of prepared statements, more than a subgraph has. It bounds those that are built with varying text. */
const MAX_STATEMENTS = 500;

const PRAGMAS = [
  'journal_mode = WAL',
  'synchronous = FULL', // a WAL database's default, NORMAL, can lose acknowledged commits at a power cut
  'foreign_keys = ON',
  'busy_timeout = 1000', // it blocks the event loop
];

/** Permissions of a database that is created, which SQLite gives the files beside it too; and of its folder. */
const OWNER_ONLY = 0o600;
const FOLDER_OWNER_ONLY = 0o700;
/** Permissions of users who are neither the owner nor in the file's group. */
const OTHERS = 0o007;
/** The database, and the files that SQLite keeps beside it in WAL mode. */
const PARTS = ['', '-wal', '-shm'];

/**
 * Opens a database file, creating it and its folder if needed. Only one process opens it: the subgraph that owns it. A new
 * file is for its owner only, and an existing one not for others than its owner and group.
 *
 * @param log called after each statement
 * @throws {ConfigurationError} if the file can't be opened, isn't a database, or is being restored
 */
export function openSqlite<Tables>(path: string, log: (event: LogEvent) => void): Kysely<Tables> {
  requireFinishedRestore(path);
  const database = open(path);
  return new Kysely<Tables>({
    dialect: new TransactionalSqliteDialect({ database: new PreparingDatabase(database) }),
    log,
  });
}

function open(path: string): Database.Database {
  let database: Database.Database | undefined;
  try {
    if (path !== ':memory:') protect(path);
    database = new Database(path);
    for (const pragma of PRAGMAS) database.pragma(pragma);
    return database;
  } catch (error) {
    database?.close();
    const reason = error instanceof Error ? error.message : String(error);
    throw new ConfigurationError(
      `${path}: the database can't be opened (${reason}); give a file that this user may write`,
    );
  }
}

/** Creates the file if it doesn't exist, and takes it from others if it does. */
function protect(path: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: FOLDER_OWNER_ONLY });
  closeSync(openSync(path, 'a', OWNER_ONLY));
  for (const part of PARTS) {
    const mode = statSync(path + part, { throwIfNoEntry: false })?.mode ?? 0;
    if ((mode & OTHERS) !== 0) chmodSync(path + part, mode & ~OTHERS);
  }
}

/** Keeps prepared statements, which Kysely prepares each time. */
class PreparingDatabase implements SqliteDatabase {
  readonly #database: Database.Database;
  readonly #statements = new Map<string, SqliteStatement>();

  constructor(database: Database.Database) {
    this.#database = database;
  }

  prepare(text: string): SqliteStatement {
    const kept = this.#statements.get(text);
    if (kept) return kept;
    const statement = this.#database.prepare(text);
    if (this.#statements.size >= MAX_STATEMENTS) this.#statements.clear();
    this.#statements.set(text, statement);
    return statement;
  }

  close(): void {
    this.#database.close();
  }
}

/** Declares SQLite's DDL transactional, which Kysely's dialect denies, so that a failed migration leaves nothing behind. */
class TransactionalSqliteDialect extends SqliteDialect {
  readonly #database: SqliteDatabase;

  constructor(config: { database: SqliteDatabase }) {
    super(config);
    this.#database = config.database;
  }

  override createAdapter() {
    return new TransactionalSqliteAdapter();
  }

  override createDriver() {
    return new ImmediateSqliteDriver({ database: this.#database });
  }
}

class TransactionalSqliteAdapter extends SqliteAdapter {
  readonly engine = sqliteEngine;

  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}

/** Starts transactions IMMEDIATE: one that reads before it writes otherwise fails if another writer came in between
 * (https://www.sqlite.org/lang_transaction.html). */
class ImmediateSqliteDriver extends SqliteDriver {
  override async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('begin immediate'));
  }
}

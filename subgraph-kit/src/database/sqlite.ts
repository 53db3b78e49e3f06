import { chmodSync, closeSync, mkdirSync, openSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { ConfigurationError } from '@lockstep/runtime/configuration-error.ts';
import type { Logger } from '@lockstep/runtime/logging.ts';
import Database from 'better-sqlite3';
import {
  type ColumnDefinitionBuilder,
  CompiledQuery,
  type DatabaseConnection,
  type Expression,
  Kysely,
  type LogEvent,
  type RawBuilder,
  SqliteAdapter,
  type SqliteDatabase,
  SqliteDialect,
  SqliteDriver,
  type SqliteStatement,
  sql,
} from 'kysely';
import { requireFinishedRestore } from './unfinished-restore.ts';

// Everything specific to SQLite is in this file.

/** Makes columns hold only values of their type: `createTable(…).modifyEnd(tableOptions)`. */
export const tableOptions = sql`strict`;

/** Type of a whole number up to 2^53, such as a key or an amount in minor units. */
export const wholeNumber = 'integer' as const;

/** Returns the keys of a JSON array, for `where('id', 'in', keysOf(…))`: one statement text for any number of keys. */
export function keysOf(json: Expression<string>): RawBuilder<number> {
  return sql<number>`(select value from json_each(${json}))`;
}

/** Makes a column a key that the database assigns in ascending order, never twice: `addColumn('id', wholeNumber, identity)`. */
export function identity(column: ColumnDefinitionBuilder): ColumnDefinitionBuilder {
  return column.primaryKey().autoIncrement();
}

/** Maximum number of selects that one `union all` joins. */
export const MAX_SELECTS_A_STATEMENT = 100;

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
 * Opens the database file, creating it and its folder if needed. Only one process opens it: the subgraph that owns it. A new
 * file is for its owner only, and an existing one not for others than its owner and group.
 *
 * @param logger gets each statement at level `debug`
 * @param note is told of each statement
 * @throws {ConfigurationError} if the file can't be opened, isn't a database, or is being restored
 */
export function openDatabase<Tables>(path: string, logger: Logger, note?: (event: LogEvent) => void): Kysely<Tables> {
  requireFinishedRestore(path);
  const database = open(path);
  return new Kysely<Tables>({
    dialect: new TransactionalSqliteDialect({ database: new PreparingDatabase(database) }),
    log: (event) => {
      logStatement(logger, event);
      note?.(event);
    },
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

function logStatement(logger: Logger, event: LogEvent): void {
  logger.debug({ sql: event.query.sql, ms: event.queryDurationMillis }, 'statement');
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

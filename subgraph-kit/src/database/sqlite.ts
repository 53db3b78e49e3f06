import { mkdirSync } from 'node:fs';
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

// All that is SQLite's own stands in this file: another database would need another one like it, and no other change.

/** For `createTable(…).modifyEnd(tableOptions)`: columns hold only what their type says. */
export const tableOptions = sql`strict`;

/** The type of a whole number up to 2^53, such as a key or an amount in minor units. */
export const wholeNumber = 'integer' as const;

/** The keys of a JSON array of numbers, for `where('id', 'in', keysOf(…))`: one text of a statement for any number of keys. */
export function keysOf(json: Expression<string>): RawBuilder<number> {
  return sql<number>`(select value from json_each(${json}))`;
}

/** For `addColumn('id', wholeNumber, identity)`: a key that the database gives out, in ascending order, none of them twice. */
export function identity(column: ColumnDefinitionBuilder): ColumnDefinitionBuilder {
  return column.primaryKey().autoIncrement();
}

/** The most selects that one `union all` joins. */
export const MAX_SELECTS_A_STATEMENT = 100;

/** More than a subgraph has: most are written once; those that are put together as they are needed must not add up. */
const MAX_STATEMENTS = 500;

const PRAGMAS = [
  'journal_mode = WAL',
  'synchronous = FULL', // a WAL database's default, NORMAL, can lose acknowledged commits at a power cut
  'foreign_keys = ON',
  'busy_timeout = 1000', // it blocks the event loop
];

/**
 * Opens the database file, making it and its folder where there is none. Its owner is the only process that opens it.
 *
 * @param logger gets each statement at level `debug`
 * @throws {ConfigurationError} where the file can't be opened, or is no database
 */
export function openDatabase<Tables>(path: string, logger: Logger): Kysely<Tables> {
  const database = open(path);
  return new Kysely<Tables>({
    dialect: new TransactionalSqliteDialect({ database: new PreparingDatabase(database) }),
    log: (event) => logStatement(logger, event),
  });
}

function open(path: string): Database.Database {
  let database: Database.Database | undefined;
  try {
    if (path !== ':memory:') mkdirSync(dirname(path), { recursive: true });
    database = new Database(path);
    for (const pragma of PRAGMAS) database.pragma(pragma);
    return database;
  } catch (error) {
    database?.close();
    const reason = error instanceof Error ? error.message : String(error);
    throw new ConfigurationError(
      `The database ${path} can't be opened: ${reason}. Is it a file that this user may write?`,
    );
  }
}

function logStatement(logger: Logger, event: LogEvent): void {
  logger.debug({ sql: event.query.sql, ms: event.queryDurationMillis }, 'statement');
}

/** Kysely prepares each statement anew. This keeps the ones that were used. */
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

/** Kysely's SQLite dialect takes SQLite's definitions for not transactional. They are, so a failed migration leaves nothing. */
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

/** A transaction that reads and then writes fails half-way where another writer came between, unless it began IMMEDIATE. */
class ImmediateSqliteDriver extends SqliteDriver {
  override async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('begin immediate'));
  }
}

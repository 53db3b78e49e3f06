import { ConfigurationError } from '@lockstep/runtime/configuration-error.ts';
import type { Logger } from '@lockstep/runtime/logging.ts';
import {
  Kysely,
  type LogEvent,
  PostgresAdapter,
  PostgresDialect,
  PostgresIntrospector,
  sql,
  type TableMetadata,
} from 'kysely';
import { DEFAULT_MIGRATION_LOCK_TABLE, MIGRATION_LOCK_ID } from 'kysely/migration';
import { DatabaseError } from 'pg';
import type { DatabaseBounds } from './database-bounds.ts';
import type { Engine } from './engine.ts';
import { createPool } from './postgres-pool.ts';

/** Codes of transactions that have changed nothing because of another one: serialization failure, and deadlock. */
const CONFLICTS: readonly unknown[] = ['40001', '40P01'];
/** Codes of a `create table if not exists` that another process ran at the same time: unique violation, and duplicate table. */
const CREATED_MEANWHILE: readonly unknown[] = ['23505', '42P07'];

/** PostgreSQL as an engine, and what speaks its protocol: nothing in it needs advisory locks, which CockroachDB doesn't have. */
const postgresEngine: Engine = {
  name: 'postgresql',
  isOnOneMachine: false,
  wholeNumber: 'bigint',
  tableOptions: sql``,
  identity: (column) => column.primaryKey().generatedByDefaultAsIdentity(),
  keysOf: (json) => sql<number>`(select value::bigint from json_array_elements_text(${json}::json) as keys(value))`,
  async lastIdentity(db, table) {
    const sequence = await sequenceOf(db, table);
    const { rows } = await sql<{ last: number }>`
      select case when is_called then last_value else 0 end as last from ${sequence}`.execute(db);
    return rows[0]?.last ?? 0;
  },
  async setLastIdentity(db, table, id) {
    await sql`select setval(pg_get_serial_sequence(${table}, 'id'), ${Math.max(id, 1)}, ${id > 0})`.execute(db);
  },
  transact: (db, work) => db.transaction().setIsolationLevel('serializable').execute(work),
  isConflict: (error) => error instanceof DatabaseError && CONFLICTS.includes(error.code),
  async migrating(db, work) {
    await requireSchema(db);
    await createMigrationLock(db);
    // Each statement sees what was committed before it, so the process that had to wait sees what the other one migrated.
    return db
      .transaction()
      .setIsolationLevel('read committed')
      .execute(async (transaction) => {
        await sql`select id from ${MIGRATION_LOCK} where id = ${MIGRATION_LOCK_ID} for update`.execute(transaction);
        return work(transaction);
      });
  },
};

/**
 * Opens a database on a PostgreSQL server. It connects when it is first used.
 *
 * @param log called after each statement
 */
export function openPostgres<Tables>(
  url: string,
  bounds: DatabaseBounds,
  logger: Logger,
  log: (event: LogEvent) => void,
): Kysely<Tables> {
  return new Kysely<Tables>({ dialect: new LockedPostgresDialect({ pool: createPool(url, bounds, logger) }), log });
}

class LockedPostgresDialect extends PostgresDialect {
  override createAdapter() {
    return new LockedPostgresAdapter();
  }

  override createIntrospector(db: Kysely<unknown>) {
    return new SchemaIntrospector(db);
  }
}

/** Lists the tables of the current schema only, without columns: Kysely's looks at those of other subgraphs too. */
class SchemaIntrospector extends PostgresIntrospector {
  readonly #db: Kysely<unknown>;

  constructor(db: Kysely<unknown>) {
    super(db);
    this.#db = db;
  }

  override async getTables(): Promise<TableMetadata[]> {
    const { rows } = await sql<{ name: string; schema: string }>`
      select table_name as name, table_schema as schema from information_schema.tables
      where table_schema = current_schema()`.execute(this.#db);
    return rows.map((row) => ({ ...row, isView: false, isForeign: false, columns: [] }));
  }
}

/** Takes no lock for migrations: `migrating` has locked a row, before Kysely creates its tables. */
class LockedPostgresAdapter extends PostgresAdapter {
  readonly engine = postgresEngine;

  override async acquireMigrationLock() {}

  override async releaseMigrationLock() {}
}

/** Kysely's own table. */
const MIGRATION_LOCK = sql.table(DEFAULT_MIGRATION_LOCK_TABLE);

/** Creates the row that migrations lock, in the table that Kysely would create. */
async function createMigrationLock<Tables>(db: Kysely<Tables>): Promise<void> {
  const { rows } = await sql<{ name: string | null }>`
    select to_regclass(${DEFAULT_MIGRATION_LOCK_TABLE})::text as name`.execute(db);
  if (!rows[0]?.name) {
    try {
      await sql`create table if not exists ${MIGRATION_LOCK}
        (id varchar(255) not null primary key, is_locked integer not null default 0)`.execute(db);
    } catch (error) {
      if (!(error instanceof DatabaseError && CREATED_MEANWHILE.includes(error.code))) throw error;
    }
  }
  await sql`insert into ${MIGRATION_LOCK} (id, is_locked) values (${MIGRATION_LOCK_ID}, 0)
    on conflict do nothing`.execute(db);
}

/** @throws {ConfigurationError} if the user has no schema */
async function requireSchema<Tables>(db: Kysely<Tables>): Promise<void> {
  const { rows } = await sql<{ schema: string | null }>`select current_schema() as schema`.execute(db);
  if (rows[0]?.schema) return;
  throw new ConfigurationError(
    'The database has no schema on the search path of this user; create one that is named as the user',
  );
}

async function sequenceOf<Tables>(db: Kysely<Tables>, table: string) {
  const { rows } = await sql<{ name: string }>`select pg_get_serial_sequence(${table}, 'id') as name`.execute(db);
  return sql.raw(rows[0]?.name ?? '');
}

import type { ColumnDefinitionBuilder, Expression, Kysely, RawBuilder, Transaction } from 'kysely';

/**
 * Database engine: everything in which SQL, types and transactions of SQLite and PostgreSQL differ, as far as subgraphs
 * notice it.
 */
export interface Engine {
  /** Its name by OpenTelemetry's conventions (https://opentelemetry.io/docs/specs/semconv/registry/attributes/db/). */
  readonly name: 'sqlite' | 'postgresql';
  /**
   * True if all processes that use a database run on one machine, so that an id of a process tells if it is alive.
   */
  readonly isOnOneMachine: boolean;
  /** Type of a whole number up to 2^53, such as a key or an amount in minor units. */
  readonly wholeNumber: 'integer' | 'bigint';
  /** Makes columns hold only values of their type: `createTable(…).modifyEnd(tableOptions)`. */
  readonly tableOptions: RawBuilder<unknown>;
  /** Makes a column a key that the database assigns in ascending order, never twice: `addColumn('id', wholeNumber, identity)`. */
  readonly identity: (column: ColumnDefinitionBuilder) => ColumnDefinitionBuilder;
  /** Returns the keys of a JSON array, for `where('id', 'in', keysOf(…))`: one statement text for any number of keys. */
  readonly keysOf: (json: Expression<string>) => RawBuilder<number>;
  /** Returns the last id that a table has assigned to a row; 0 if none. */
  readonly lastIdentity: <Tables>(db: Kysely<Tables>, table: string) => Promise<number>;
  /** Makes the next id of a table follow this one. */
  readonly setLastIdentity: <Tables>(db: Kysely<Tables>, table: string, id: number) => Promise<void>;
  /** Runs the work in a transaction that no other one seems to run beside. */
  readonly transact: <Tables, Result>(
    db: Kysely<Tables>,
    work: (transaction: Transaction<Tables>) => Promise<Result>,
  ) => Promise<Result>;
  /** Returns true for the error of a transaction that conflicted with another one and left nothing: it can run again. */
  readonly isConflict: (error: unknown) => boolean;
  /** Runs the work in the transaction of migrations, while no other process migrates the database. */
  readonly migrating: <Tables, Result>(
    db: Kysely<Tables>,
    work: (transaction: Transaction<Tables>) => Promise<Result>,
  ) => Promise<Result>;
}

/** Returns the engine of a database that {@link openDatabase} has opened. */
export function engineOf<Tables>(db: Kysely<Tables>): Engine {
  const { adapter } = db.getExecutor();
  if (hasEngine(adapter)) return adapter.engine;
  throw new Error('openDatabase did not open this database');
}

function hasEngine(adapter: object): adapter is { readonly engine: Engine } {
  return 'engine' in adapter;
}

import type { Kysely } from 'kysely';

/** Row of any table. */
export type Row = Record<string, unknown>;

/** Connection to a database whose tables are read from itself. */
export type Database = Kysely<Record<string, Row>>;

/** Table of a subgraph. */
export interface Table {
  readonly name: string;
  readonly columns: readonly string[];
  /** Columns of its primary key, in order. */
  readonly key: readonly string[];
  /** True if the database assigns its ids. */
  readonly hasIdentity: boolean;
}

/** Column as the engine's catalogue has it. */
export interface ListedColumn {
  readonly table: string;
  readonly column: string;
  /** Place in the primary key, in ascending order; 0 if it isn't part of that. */
  readonly keyPlace: number;
  /** 1 if the database assigns its values. */
  readonly isIdentity: number;
}

/** Part of a move in which SQLite and PostgreSQL differ. */
export interface MovingEngine {
  /** Lists the columns of all tables of the schema, ordered by table and place. */
  readonly listColumns: (db: Database) => Promise<ListedColumn[]>;
  /** Does the work while the connection sees the database as it is now, without keeping writers waiting. */
  readonly inSnapshot: <Result>(db: Database, work: (snapshot: Database) => Promise<Result>) => Promise<Result>;
  /** Takes all tables for this transaction: nobody else writes until it ends. */
  readonly lockTables: (db: Database, tables: readonly Table[]) => Promise<void>;
  /** Creates the table of changed keys, {@link CHANGES}. */
  readonly createChanges: (db: Database) => Promise<void>;
  /** Drops that, and the functions of triggers, of which {@link MovingEngine.release} has left none. */
  readonly dropChanges: (db: Database) => Promise<void>;
  /** Makes the database write the key of each row of the table that changes to {@link CHANGES}. */
  readonly capture: (db: Database, table: Table) => Promise<void>;
  /** Makes the database refuse every change of the table, for this reason. */
  readonly fence: (db: Database, table: Table, reason: string) => Promise<void>;
  /** Removes what {@link capture} and {@link fence} made. */
  readonly release: (db: Database, table: Table) => Promise<void>;
  /** Deletes all rows. */
  readonly clear: (db: Database, tables: readonly Table[]) => Promise<void>;
  /** Lets {@link deferForeignKeys} work, or no more. */
  readonly setDeferrable: (db: Database, isDeferrable: boolean) => Promise<void>;
  /** Has foreign keys checked at the end of this transaction rather than after each statement. */
  readonly deferForeignKeys: (db: Database) => Promise<void>;
}

/** Table of keys of rows that have changed since the copy began: `id`, `table_name`, and `row_key`, a JSON array. */
export const CHANGES = 'lockstep_move_changes';

/** Prefix of the triggers that a move creates. */
export const TRIGGER_PREFIX = 'lockstep_move_';

/** Name by which a server lists the connections of the command, to tell them from those of subgraphs. */
export const CONNECTION_NAME = 'lockstep-move';

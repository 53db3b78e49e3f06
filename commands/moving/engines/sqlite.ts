import { sql } from 'kysely';
import { CHANGES, type ListedColumn, type MovingEngine, TRIGGER_PREFIX } from '../moving-engine.ts';

const EVENTS = ['insert', 'update', 'delete'] as const;
/** Versions of the row that an event's trigger can read. */
const VERSIONS = { insert: ['new'], update: ['old', 'new'], delete: ['old'] } as const;

/** Moves from and to SQLite. */
export const SqliteMoves: MovingEngine = {
  async listColumns(db) {
    const { rows } = await sql<ListedColumn>`
      select tables.name as "table", columns.name as "column", columns.pk as "keyPlace",
        columns.pk = 1 and tables.sql like '%autoincrement%' as "isIdentity"
      from sqlite_schema as tables join pragma_table_info(tables.name) as columns
      where tables.type = 'table' and tables.name not like 'sqlite_%' order by tables.name, columns.cid`.execute(db);
    return rows;
  },
  inSnapshot: (db, work) =>
    db.connection().execute(async (connection) => {
      await sql`begin`.execute(connection); // not IMMEDIATE: it only reads
      try {
        return await work(connection);
      } finally {
        await sql`rollback`.execute(connection);
      }
    }),
  lockTables: async () => {}, // each transaction is IMMEDIATE
  async createChanges(db) {
    await sql`create table if not exists ${sql.table(CHANGES)}
      (id integer primary key, table_name text not null, row_key text not null) strict`.execute(db);
  },
  async dropChanges(db) {
    await db.schema.dropTable(CHANGES).ifExists().execute();
  },
  async capture(db, { name, key }) {
    for (const event of EVENTS) {
      const rows = VERSIONS[event].map((version) => {
        const values = key.map((column) => sql`${sql.raw(version)}.${sql.ref(column)}`);
        return sql`(${sql.lit(name)}, json_array(${sql.join(values)}))`;
      });
      await sql`create trigger ${triggerOf(name, event)} after ${sql.raw(event)} on ${sql.table(name)} begin
        insert into ${sql.table(CHANGES)} (table_name, row_key) values ${sql.join(rows)}; end`.execute(db);
    }
  },
  async fence(db, { name }, reason) {
    for (const event of EVENTS) {
      await sql`create trigger ${triggerOf(name, event)} before ${sql.raw(event)} on ${sql.table(name)} begin
        select raise(abort, ${sql.lit(reason)}); end`.execute(db);
    }
  },
  async release(db, { name }) {
    for (const event of EVENTS) await sql`drop trigger if exists ${triggerOf(name, event)}`.execute(db);
  },
  async clear(db, tables) {
    await sql`pragma defer_foreign_keys = on`.execute(db);
    for (const { name } of tables) await sql`delete from ${sql.table(name)}`.execute(db);
  },
  setDeferrable: async () => {},
  async deferForeignKeys(db) {
    await sql`pragma defer_foreign_keys = on`.execute(db);
  },
};

function triggerOf(table: string, event: string) {
  return sql.id(`${TRIGGER_PREFIX}${table}_${event}`);
}

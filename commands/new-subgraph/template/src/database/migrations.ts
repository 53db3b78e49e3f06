import { engineOf } from '@lockstep/subgraph-kit/database/engines/engine.ts';
import { sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Migrations by name. One that has landed is never edited; a later one changes what it made. */
export const migrations: Record<string, Migration> = {
  '0001-sample-items': {
    async up(db) {
      const { identity, tableOptions, wholeNumber } = engineOf(db);
      await db.schema
        .createTable('sample_items')
        .addColumn('id', wholeNumber, identity)
        .addColumn('name', 'text', (column) => column.notNull().check(sql`length(name) between 1 and 100`))
        .addColumn('idempotency_key', 'text', (column) => column.unique())
        .addColumn('created_at', 'text', (column) => column.notNull())
        .modifyEnd(tableOptions)
        .execute();
    },
  },
};

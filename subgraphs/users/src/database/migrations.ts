import { engineOf } from '@lockstep/subgraph-kit/database/engines/engine.ts';
import { sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Once one of these has landed it is never edited: a later one changes what it made. */
export const migrations: Record<string, Migration> = {
  '0001-users': {
    async up(db) {
      const { identity, tableOptions, wholeNumber } = engineOf(db);
      await db.schema
        .createTable('users')
        .addColumn('id', wholeNumber, identity)
        .addColumn('name', 'text', (column) => column.notNull().check(sql`length(name) between 1 and 100`))
        .addColumn('email', 'text', (column) => column.notNull().check(sql`length(email) between 3 and 254`))
        .addColumn('email_key', 'text', (column) => column.notNull().unique())
        .addColumn('created_at', 'text', (column) => column.notNull())
        .modifyEnd(tableOptions)
        .execute();
    },
  },
};

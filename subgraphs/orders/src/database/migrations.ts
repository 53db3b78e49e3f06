import { identity, tableOptions, wholeNumber } from '@lockstep/runtime/database/sqlite.ts';
import { sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Once one of these has landed it is never edited: a later one changes what it made. */
export const migrations: Record<string, Migration> = {
  '0001-orders': {
    async up(db) {
      await db.schema
        .createTable('orders')
        .addColumn('id', wholeNumber, identity)
        .addColumn('user_id', wholeNumber, (column) => column.notNull().check(sql`user_id > 0`))
        .addColumn('amount_minor', wholeNumber, (column) => column.notNull().check(sql`amount_minor > 0`))
        .addColumn('status', 'text', (column) =>
          column.notNull().check(sql`status in ('PENDING', 'CONFIRMED', 'CANCELLED')`),
        )
        .addColumn('idempotency_key', 'text', (column) => column.unique())
        .addColumn('created_at', 'text', (column) => column.notNull())
        .modifyEnd(tableOptions)
        .execute();
      await db.schema.createIndex('orders_of_user').on('orders').columns(['user_id', 'id']).execute();
    },
  },
};

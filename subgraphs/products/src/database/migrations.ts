import { engineOf } from '@lockstep/subgraph-kit/database/engines/engine.ts';
import { sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Migrations by name. One that has landed is never edited; a later one changes what it made. */
export const migrations: Record<string, Migration> = {
  '0001-products': {
    async up(db) {
      const { identity, tableOptions, wholeNumber } = engineOf(db);
      await db.schema
        .createTable('products')
        .addColumn('id', wholeNumber, identity)
        .addColumn('name', 'text', (column) => column.notNull().check(sql`length(name) between 1 and 100`))
        .addColumn('price_minor', wholeNumber, (column) => column.notNull().check(sql`price_minor > 0`))
        .addColumn('stock', wholeNumber, (column) => column.notNull().check(sql`stock between 0 and put_in`))
        .addColumn('put_in', wholeNumber, (column) => column.notNull().check(sql`put_in between 0 and 2147483647`))
        .modifyEnd(tableOptions)
        .execute();
    },
  },
  '0002-reservations': {
    async up(db) {
      const { tableOptions, wholeNumber } = engineOf(db);
      await db.schema
        .createTable('reservations')
        .addColumn('order_id', wholeNumber, (column) => column.primaryKey().check(sql`order_id > 0`))
        .addColumn('state', 'text', (column) => column.notNull().check(sql`state in ('RESERVED', 'RELEASED')`))
        .addColumn('changed_at', 'text', (column) => column.notNull())
        .modifyEnd(tableOptions)
        .execute();
      await db.schema
        .createTable('reservation_items')
        .addColumn('order_id', wholeNumber, (column) => column.notNull().references('reservations.order_id'))
        .addColumn('product_id', wholeNumber, (column) => column.notNull().references('products.id'))
        .addColumn('quantity', wholeNumber, (column) => column.notNull().check(sql`quantity > 0`))
        .addColumn('price_minor', wholeNumber, (column) => column.notNull().check(sql`price_minor > 0`))
        .addPrimaryKeyConstraint('reservation_items_key', ['order_id', 'product_id'])
        .modifyEnd(tableOptions)
        .execute();
    },
  },
  '0003-submissions': {
    async up(db) {
      const { tableOptions, wholeNumber } = engineOf(db);
      await db.schema
        .createTable('submissions')
        .addColumn('idempotency_key', 'text', (column) => column.primaryKey().notNull())
        .addColumn('mutation', 'text', (column) =>
          column.notNull().check(sql`mutation in ('createProduct', 'restock')`),
        )
        .addColumn('input', 'text', (column) => column.notNull())
        .addColumn('product_id', wholeNumber, (column) => column.notNull().references('products.id'))
        .modifyEnd(tableOptions)
        .execute();
    },
  },
};

import { engineOf } from '@lockstep/subgraph-kit/database/engines/engine.ts';
import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Migrations by name. One that has landed is never edited; a later one changes what it made. */
export const migrations: Record<string, Migration> = {
  '0001-orders': {
    async up(db) {
      const { identity, tableOptions, wholeNumber } = engineOf(db);
      await db.schema
        .createTable('orders')
        .addColumn('id', wholeNumber, identity)
        .addColumn('user_id', wholeNumber, (column) => column.notNull().check(sql`user_id > 0`))
        .addColumn('amount_minor', wholeNumber, (column) =>
          column.notNull().check(isBeforePostgres(db) ? sql`amount_minor > 0` : AMOUNT_OF_STATUS),
        )
        .addColumn('status', 'text', (column) =>
          column.notNull().check(sql`status in ('PENDING', 'CONFIRMED', 'CANCELLED')`),
        )
        .addColumn('idempotency_key', 'text', (column) => (isBeforePostgres(db) ? column.unique() : column))
        .addColumn('created_at', 'text', (column) => column.notNull())
        .modifyEnd(tableOptions)
        .execute();
      await db.schema.createIndex('orders_of_user').on('orders').columns(['user_id', 'id']).execute();
    },
  },
  '0002-checkout': {
    async up(db) {
      const { tableOptions, wholeNumber } = engineOf(db);
      if (isBeforePostgres(db)) await widenAmounts(db);
      await db.schema
        .createTable('order_items')
        .addColumn('order_id', wholeNumber, (column) => column.notNull().references('orders.id'))
        .addColumn('product_id', wholeNumber, (column) => column.notNull().check(sql`product_id > 0`))
        .addColumn('quantity', wholeNumber, (column) => column.notNull().check(sql`quantity between 1 and 1000`))
        .addColumn('price_minor', wholeNumber, (column) => column.check(sql`price_minor > 0`))
        .addPrimaryKeyConstraint('order_items_key', ['order_id', 'product_id'])
        .modifyEnd(tableOptions)
        .execute();
      await db.schema
        .createTable('sagas')
        .addColumn('order_id', wholeNumber, (column) => column.primaryKey().references('orders.id'))
        .addColumn('state', 'text', (column) =>
          column.notNull().check(sql`state in ('RESERVING', 'RELEASING', 'ENDED')`),
        )
        .addColumn('refusal', 'text')
        .addColumn('problem', 'text')
        .addColumn('changed_at', 'text', (column) => column.notNull())
        .modifyEnd(tableOptions)
        .execute();
      await db.schema
        .createIndex('sagas_not_ended')
        .on('sagas')
        .column('order_id')
        .where(sql.ref('state'), '<>', sql.lit('ENDED'))
        .execute();
    },
  },
  '0003-cancelled-at-once': {
    async up(db) {
      // From here on an order is CANCELLED once that is decided, and not only after its stock is released.
      await sql`update orders set status = 'CANCELLED'
        where id in (select order_id from sagas where state = 'RELEASING')`.execute(db);
    },
  },
  '0004-keys-of-users': {
    up: (db) => (isBeforePostgres(db) ? scopeKeysToUsers(db) : createKeysOfUser(db)),
  },
  '0005-processes-of-checkouts': {
    async up(db) {
      const { wholeNumber } = engineOf(db);
      await db.schema.alterTable('sagas').addColumn('process_id', wholeNumber).execute();
    },
  },
  '0006-instances-of-checkouts': {
    async up(db) {
      await db.schema.alterTable('sagas').addColumn('instance_id', 'text').execute();
      await db.schema.alterTable('sagas').addColumn('taken_at', 'text').execute();
    },
  },
};

/**
 * Returns true for SQLite, whose databases may be older than 0004. PostgreSQL came with 0006, so there the first migrations
 * make at once what later ones changed.
 */
function isBeforePostgres(db: Kysely<unknown>): boolean {
  return engineOf(db).name === 'sqlite';
}

const AMOUNT_OF_STATUS = sql<boolean>`amount_minor > 0 or amount_minor = 0 and status <> 'CONFIRMED'`;

/**
 * Allows the amount 0, which a checkout has until its prices are read. SQLite can't change a CHECK, so the rows move to a new
 * table (https://www.sqlite.org/lang_altertable.html, section 7).
 */
async function widenAmounts(db: Kysely<unknown>): Promise<void> {
  const { identity, tableOptions, wholeNumber } = engineOf(db);
  await db.schema
    .createTable('new_orders')
    .addColumn('id', wholeNumber, identity)
    .addColumn('user_id', wholeNumber, (column) => column.notNull().check(sql`user_id > 0`))
    .addColumn('amount_minor', wholeNumber, (column) => column.notNull().check(AMOUNT_OF_STATUS))
    .addColumn('status', 'text', (column) =>
      column.notNull().check(sql`status in ('PENDING', 'CONFIRMED', 'CANCELLED')`),
    )
    .addColumn('idempotency_key', 'text', (column) => column.unique())
    .addColumn('created_at', 'text', (column) => column.notNull())
    .modifyEnd(tableOptions)
    .execute();
  await replaceOrders(db);
}

/**
 * Makes idempotency keys unique for each user only. SQLite can't drop a UNIQUE of a column, so the rows move to a new table;
 * those of the tables that refer to it wait meanwhile, or dropping the old table would violate their foreign keys.
 */
async function scopeKeysToUsers(db: Kysely<unknown>): Promise<void> {
  const { identity, tableOptions, wholeNumber } = engineOf(db);
  const referring = ['order_items', 'sagas'];
  for (const table of referring) {
    await sql`create table ${sql.table(`kept_${table}`)} as select * from ${sql.table(table)}`.execute(db);
    await sql`delete from ${sql.table(table)}`.execute(db);
  }
  await db.schema
    .createTable('new_orders')
    .addColumn('id', wholeNumber, identity)
    .addColumn('user_id', wholeNumber, (column) => column.notNull().check(sql`user_id > 0`))
    .addColumn('amount_minor', wholeNumber, (column) => column.notNull().check(AMOUNT_OF_STATUS))
    .addColumn('status', 'text', (column) =>
      column.notNull().check(sql`status in ('PENDING', 'CONFIRMED', 'CANCELLED')`),
    )
    .addColumn('idempotency_key', 'text')
    .addColumn('created_at', 'text', (column) => column.notNull())
    .modifyEnd(tableOptions)
    .execute();
  await replaceOrders(db);
  await createKeysOfUser(db);
  for (const table of referring) {
    await sql`insert into ${sql.table(table)} select * from ${sql.table(`kept_${table}`)}`.execute(db);
    await db.schema.dropTable(`kept_${table}`).execute();
  }
}

async function createKeysOfUser(db: Kysely<unknown>): Promise<void> {
  await db.schema.createIndex('keys_of_user').unique().on('orders').columns(['user_id', 'idempotency_key']).execute();
}

/** Replaces the table by `new_orders`, with its rows. The rename keeps the next id. */
async function replaceOrders(db: Kysely<unknown>): Promise<void> {
  const columns = sql.raw('id, user_id, amount_minor, status, idempotency_key, created_at');
  await sql`insert into new_orders (${columns}) select ${columns} from orders`.execute(db);
  const next = sql`select seq from sqlite_sequence where name = 'orders'`;
  await sql`update sqlite_sequence set seq = (${next}) where name = 'new_orders'`.execute(db);
  await db.schema.dropTable('orders').execute();
  await db.schema.alterTable('new_orders').renameTo('orders').execute();
  await db.schema.createIndex('orders_of_user').on('orders').columns(['user_id', 'id']).execute();
}

import type { Page } from '@lockstep/subgraph-kit/arguments.ts';
import { engineOf } from '@lockstep/subgraph-kit/database/engines/engine.ts';
import { type PageOf, selectPages } from '@lockstep/subgraph-kit/database/pages.ts';
import { type Parameters, prepare } from '@lockstep/subgraph-kit/database/prepared.ts';
import { inTransaction } from '@lockstep/subgraph-kit/database/transaction.ts';
import type { Kysely, Transaction } from 'kysely';
import type { NewOrderRow, OrderRow, Tables } from './tables.ts';

/** Order as the graph has it. Its amount is in minor units, which the scalar Money formats. */
export interface Order {
  id: string;
  userId: string;
  amount: number;
  status: OrderRow['status'];
  createdAt: Date;
}

/** Input of a new order. */
export interface NewOrder {
  userKey: number;
  amountMinor: number;
  /** Key of the user's own. Null if the client gave none; then each submission is an order. */
  idempotencyKey: string | null;
}

const selectOrders = prepare((db: Kysely<Tables>, parameter: Parameters<{ keys: string }>) =>
  db
    .selectFrom('orders')
    .selectAll()
    .where('id', 'in', engineOf(db).keysOf(parameter('keys'))),
);

const selectPage = prepare((db: Kysely<Tables>, parameter: Parameters<Page>) =>
  db.selectFrom('orders').selectAll().where('id', '>', parameter('after')).orderBy('id').limit(parameter('first')),
);

const selectPageOfUser = prepare((db: Kysely<Tables>, parameter: Parameters<PageOf>) =>
  db
    .selectFrom('orders')
    .selectAll()
    .where('user_id', '=', parameter('ownerKey'))
    .where('id', '>', parameter('after'))
    .orderBy('id')
    .limit(parameter('first')),
);

/** Returns the orders with these keys in the keys' order, null for an unknown key. Runs one statement. */
export async function findOrders(db: Kysely<Tables>, keys: readonly number[]): Promise<(Order | null)[]> {
  const rows = await selectOrders(db, { keys: JSON.stringify(keys) });
  const byKey = new Map(rows.map((row) => [row.id, toOrder(row)]));
  return keys.map((key) => byKey.get(key) ?? null);
}

/** Returns the order with this key, which exists. */
export async function getOrder(db: Kysely<Tables>, key: number): Promise<Order> {
  return toOrder(await db.selectFrom('orders').selectAll().where('id', '=', key).executeTakeFirstOrThrow());
}

/** Returns one page of all orders, or of one user's. */
export async function listOrders(db: Kysely<Tables>, page: Page, userKey?: number): Promise<Order[]> {
  const rows = await (userKey === undefined
    ? selectPage(db, page)
    : selectPageOfUser(db, { ...page, ownerKey: userKey }));
  return rows.map(toOrder);
}

/** Returns these pages in their order. Runs one statement. */
export async function findOrdersOfUsers(db: Kysely<Tables>, pages: readonly PageOf[]): Promise<Order[][]> {
  const [only] = pages;
  if (only && pages.length === 1) return [await listOrders(db, only, only.ownerKey)];
  const found = await selectPages(db, pages, ({ ownerKey, first, after }) =>
    db
      .selectFrom('orders')
      .selectAll()
      .where('user_id', '=', ownerKey)
      .where('id', '>', after)
      .orderBy('id')
      .limit(first),
  );
  return found.map((rows) => rows.map(toOrder));
}

/** Returns the order that this user created with this idempotency key. */
export async function findOrderByIdempotencyKey(
  db: Kysely<Tables>,
  userKey: number,
  key: string | null,
): Promise<Order | undefined> {
  const row = await db
    .selectFrom('orders')
    .selectAll()
    .where('user_id', '=', userKey)
    .where('idempotency_key', '=', key)
    .executeTakeFirst();
  return row && toOrder(row);
}

const insertNew = prepare((db: Kysely<Tables>, parameter: Parameters<Required<Omit<NewOrderRow, 'id'>>>) =>
  db
    .insertInto('orders')
    .values({
      user_id: parameter('user_id'),
      amount_minor: parameter('amount_minor'),
      status: parameter('status'),
      idempotency_key: parameter('idempotency_key'),
      created_at: parameter('created_at'),
    })
    .onConflict((conflict) => conflict.columns(['user_id', 'idempotency_key']).doNothing())
    .returningAll(),
);

/** Inserts an order and returns it, or the order of the user's earlier submission with its key. */
export async function insertOrder(db: Kysely<Tables>, order: NewOrder): Promise<Order> {
  return (await inTransaction(db, (transaction) => insertOrderRow(transaction, order))).order;
}

/** Does the same as {@link insertOrder} in a given transaction. Returns if the order is new, too. */
export async function insertOrderRow(
  transaction: Transaction<Tables>,
  order: NewOrder,
): Promise<{ order: Order; isNew: boolean }> {
  const [inserted] = await insertNew(transaction, {
    user_id: order.userKey,
    amount_minor: order.amountMinor,
    status: 'PENDING',
    idempotency_key: order.idempotencyKey,
    created_at: new Date().toISOString(),
  });
  if (inserted) return { order: toOrder(inserted), isNew: true };
  const earlier = await findOrderByIdempotencyKey(transaction, order.userKey, order.idempotencyKey);
  if (!earlier) throw new Error('an order was neither inserted nor found by its key');
  return { order: earlier, isNew: false };
}

function toOrder(row: OrderRow): Order {
  return {
    id: String(row.id),
    userId: String(row.user_id),
    amount: row.amount_minor,
    status: row.status,
    createdAt: new Date(row.created_at),
  };
}

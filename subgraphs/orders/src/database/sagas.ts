import type { Reach } from '@lockstep/subgraph-kit/failpoint.ts';
import type { Kysely, Transaction } from 'kysely';
import type { FailpointName } from '../failpoints.ts';
import { type Item, insertItems, type PricedItem, setPrices } from './order-items.ts';
import { insertOrderRow, type Order } from './orders.ts';
import type { SagaRow, Tables } from './tables.ts';

// Every change of a saga is one transaction, with the order's own change in it. Which state it may leave stands in the
// statement, so that of two who change the same saga the first wins.

/** What a checkout is made from. */
export interface NewCheckout {
  userKey: number;
  /** Each product once. */
  items: readonly Item[];
  idempotencyKey: string | null;
}

/** What the client was told if a checkout was refused. */
export interface Refusal {
  message: string;
  extensions: Record<string, unknown>;
}

export interface Saga {
  orderKey: number;
  state: SagaRow['state'];
  refusal: Refusal | null;
}

/**
 * Writes the order as PENDING, with its items and its saga.
 *
 * @returns the order, and whether it is new; if another submission with its key was first, that one's
 */
export function insertCheckout(
  db: Kysely<Tables>,
  { userKey, items, idempotencyKey }: NewCheckout,
  reach: Reach<FailpointName>,
): Promise<{ order: Order; isNew: boolean }> {
  return db.transaction().execute(async (transaction) => {
    const { order, isNew } = await insertOrderRow(transaction, { userKey, amountMinor: 0, idempotencyKey });
    if (!isNew) return { order, isNew };
    reach('order-half-written');
    const orderKey = Number(order.id);
    await insertItems(transaction, orderKey, items);
    await transaction
      .insertInto('sagas')
      .values({ order_id: orderKey, state: 'RESERVING', changed_at: now() })
      .execute();
    return { order, isNew };
  });
}

/** The saga of this order; undefined if it has none. */
export async function findSaga(db: Kysely<Tables>, orderKey: number): Promise<Saga | undefined> {
  const row = await db.selectFrom('sagas').selectAll().where('order_id', '=', orderKey).executeTakeFirst();
  return row && toSaga(row);
}

/** The sagas that have not ended, the oldest first. */
export async function findSagasNotEnded(db: Kysely<Tables>): Promise<Saga[]> {
  const rows = await db.selectFrom('sagas').selectAll().where('state', '<>', 'ENDED').orderBy('order_id').execute();
  return rows.map(toSaga);
}

/** Confirms the order, with these prices and their sum. @returns whether it did: false if its release is decided */
export function confirmOrder(
  db: Kysely<Tables>,
  orderKey: number,
  { items, amountMinor }: { items: readonly PricedItem[]; amountMinor: number },
  reach: Reach<FailpointName>,
): Promise<boolean> {
  return db.transaction().execute(async (transaction) => {
    if (!(await moveSaga(transaction, orderKey, ['RESERVING'], { state: 'ENDED' }))) return false;
    reach('order-half-confirmed');
    await setPrices(transaction, orderKey, items);
    await transaction
      .updateTable('orders')
      .set({ status: 'CONFIRMED', amount_minor: amountMinor })
      .where('id', '=', orderKey)
      .execute();
    return true;
  });
}

/**
 * Decides that a checkout which is not settled is cancelled: from here on nothing confirms it.
 *
 * @returns whether its stock is to be released now: false if it has ended
 */
export function decideRelease(db: Kysely<Tables>, orderKey: number, refusal: Refusal | null): Promise<boolean> {
  const changes = { state: 'RELEASING' as const, refusal: refusal && JSON.stringify(refusal) };
  return db.transaction().execute(async (transaction) => {
    if (await moveSaga(transaction, orderKey, ['RESERVING'], changes)) return true;
    return (await findSaga(transaction, orderKey))?.state === 'RELEASING';
  });
}

/**
 * Decides that an order is cancelled, confirmed or not. One without a saga has no stock, and is cancelled by that.
 *
 * @returns whether its stock is to be released now
 */
export function decideCancellation(db: Kysely<Tables>, orderKey: number): Promise<boolean> {
  return db.transaction().execute(async (transaction) => {
    const saga = await findSaga(transaction, orderKey);
    if (saga === undefined) {
      await setCancelled(transaction, orderKey);
      return false;
    }
    if (saga.state === 'RELEASING') return true;
    const { status } = await transaction
      .selectFrom('orders')
      .select('status')
      .where('id', '=', orderKey)
      .executeTakeFirstOrThrow();
    if (status === 'CANCELLED') return false;
    return moveSaga(transaction, orderKey, ['RESERVING', 'ENDED'], { state: 'RELEASING' });
  });
}

/** Cancels the order whose stock is released. */
export function cancelReleased(db: Kysely<Tables>, orderKey: number, reach: Reach<FailpointName>): Promise<void> {
  return db.transaction().execute(async (transaction) => {
    if (!(await moveSaga(transaction, orderKey, ['RELEASING'], { state: 'ENDED' }))) return;
    reach('order-half-cancelled');
    await setCancelled(transaction, orderKey);
  });
}

/** Keeps for people why a saga could not be ended. */
export async function noteProblem(db: Kysely<Tables>, orderKey: number, problem: string): Promise<void> {
  await db
    .updateTable('sagas')
    .set({ problem })
    .where('order_id', '=', orderKey)
    .where((column) => column.or([column('problem', 'is', null), column('problem', '<>', problem)]))
    .execute();
}

/** Puts a saga into another state. @returns whether it did: false if it was in none of the states `from` */
async function moveSaga(
  transaction: Transaction<Tables>,
  orderKey: number,
  from: readonly SagaRow['state'][],
  changes: { state: SagaRow['state']; refusal?: string | null },
): Promise<boolean> {
  const moved = await transaction
    .updateTable('sagas')
    .set({ ...changes, problem: null, changed_at: now() })
    .where('order_id', '=', orderKey)
    .where('state', 'in', from)
    .returning('order_id')
    .executeTakeFirst();
  return moved !== undefined;
}

async function setCancelled(transaction: Transaction<Tables>, orderKey: number): Promise<void> {
  await transaction.updateTable('orders').set({ status: 'CANCELLED' }).where('id', '=', orderKey).execute();
}

function now(): string {
  return new Date().toISOString();
}

function toSaga(row: SagaRow): Saga {
  return {
    orderKey: row.order_id,
    state: row.state,
    refusal: row.refusal === null ? null : JSON.parse(row.refusal),
  };
}

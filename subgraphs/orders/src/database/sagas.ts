import { inTransaction } from '@lockstep/subgraph-kit/database/transaction.ts';
import type { Reach } from '@lockstep/subgraph-kit/failpoint.ts';
import type { Kysely, Transaction } from 'kysely';
import type { FailpointName } from '../failpoints.ts';
import { type Item, insertItems, type PricedItem, setPrices } from './order-items.ts';
import { insertOrderRow, type Order } from './orders.ts';
import { takenNow } from './saga-runner.ts';
import type { SagaRow, Tables } from './tables.ts';

// Each change of a saga is one transaction that also changes the order. Its statement names the states it may leave, so the
// first of two concurrent changes wins. Over 200 lines, so that they can be compared with each other.

/** Input of a checkout. */
export interface NewCheckout {
  userKey: number;
  /** Each product once. */
  items: readonly Item[];
  idempotencyKey: string | null;
}

/** Error that the client got if a checkout was refused. */
export interface Refusal {
  message: string;
  extensions: Record<string, unknown>;
}

/** State of a checkout. */
export interface Saga {
  orderKey: number;
  state: SagaRow['state'];
  refusal: Refusal | null;
  /** Id of the process that runs it, or ran it; null if it is not known. */
  processId: number | null;
  /** Instance of orders that process is; null if it is not known. */
  instanceId: string | null;
  /** Time since which it runs it, in milliseconds since 1970. */
  takenAt: number;
}

/**
 * Inserts the order as PENDING, with its items and its saga.
 *
 * @returns the order, and if it is new; if another submission with its key came first, the order of that one
 */
export function insertCheckout(
  db: Kysely<Tables>,
  { userKey, items, idempotencyKey }: NewCheckout,
  reach: Reach<FailpointName>,
): Promise<{ order: Order; isNew: boolean }> {
  return inTransaction(db, async (transaction) => {
    const { order, isNew } = await insertOrderRow(transaction, { userKey, amountMinor: 0, idempotencyKey });
    if (!isNew) return { order, isNew };
    reach('order-half-written');
    const orderKey = Number(order.id);
    await insertItems(transaction, orderKey, items);
    await transaction
      .insertInto('sagas')
      .values({ order_id: orderKey, state: 'RESERVING', changed_at: now(), ...takenNow() })
      .execute();
    return { order, isNew };
  });
}

/** Returns the saga of an order; undefined if it has none. */
export async function findSaga(db: Kysely<Tables>, orderKey: number): Promise<Saga | undefined> {
  const row = await db.selectFrom('sagas').selectAll().where('order_id', '=', orderKey).executeTakeFirst();
  return row && toSaga(row);
}

/** Returns the sagas that have not ended, the oldest first. */
export async function findSagasNotEnded(db: Kysely<Tables>): Promise<Saga[]> {
  const rows = await db.selectFrom('sagas').selectAll().where('state', '<>', 'ENDED').orderBy('order_id').execute();
  return rows.map(toSaga);
}

/** Counts the sagas that have not ended, by state: also those states that none is in. */
export async function countSagas(db: Kysely<Tables>): Promise<Map<SagaRow['state'], number>> {
  const rows = await db
    .selectFrom('sagas')
    .select(['state', (query) => query.fn.countAll<number>().as('count')])
    .where('state', '<>', 'ENDED')
    .groupBy('state')
    .execute();
  const none = new Map<SagaRow['state'], number>([
    ['RESERVING', 0],
    ['RELEASING', 0],
  ]);
  for (const { state, count } of rows) none.set(state, Number(count));
  return none;
}

/** Confirms the order with these prices and their sum. @returns if it did; false if the order is cancelled */
export function confirmOrder(
  db: Kysely<Tables>,
  orderKey: number,
  { items, amountMinor }: { items: readonly PricedItem[]; amountMinor: number },
  reach: Reach<FailpointName>,
): Promise<boolean> {
  return inTransaction(db, async (transaction) => {
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
 * Cancels the order of a checkout that hasn't ended: from here on nothing confirms it.
 *
 * @returns if its stock is to be released now; false if the checkout has ended
 */
export function cancelUnconfirmed(
  db: Kysely<Tables>,
  orderKey: number,
  refusal: Refusal | null,
  reach: Reach<FailpointName>,
): Promise<boolean> {
  const changes = { state: 'RELEASING' as const, refusal: refusal && JSON.stringify(refusal) };
  return inTransaction(db, async (transaction) => {
    if (await moveSaga(transaction, orderKey, ['RESERVING'], changes)) {
      reach('order-half-cancelled');
      await setCancelled(transaction, orderKey);
      return true;
    }
    return (await findSaga(transaction, orderKey))?.state === 'RELEASING';
  });
}

/**
 * Cancels an order, confirmed or not.
 *
 * @returns if stock is to be released now; false if there is none, as for an order without a saga
 */
export function cancelAny(db: Kysely<Tables>, orderKey: number, reach: Reach<FailpointName>): Promise<boolean> {
  return inTransaction(db, async (transaction) => {
    const saga = await findSaga(transaction, orderKey);
    if (saga?.state === 'RELEASING') return true;
    const cancelled = await transaction
      .updateTable('orders')
      .set({ status: 'CANCELLED' })
      .where('id', '=', orderKey)
      .where('status', '<>', 'CANCELLED')
      .returning('id')
      .executeTakeFirst();
    if (saga === undefined || cancelled === undefined) return false;
    reach('order-half-cancelled');
    return moveSaga(transaction, orderKey, ['RESERVING', 'ENDED'], { state: 'RELEASING' });
  });
}

/** Ends the saga of a cancelled order whose stock is released. */
export async function endReleased(db: Kysely<Tables>, orderKey: number): Promise<void> {
  await moveSaga(db, orderKey, ['RELEASING'], { state: 'ENDED' });
}

/** Stores the reason why a saga could not be ended, for `npm run orders:stuck`. */
export async function noteProblem(db: Kysely<Tables>, orderKey: number, problem: string): Promise<void> {
  await db
    .updateTable('sagas')
    .set({ problem })
    .where('order_id', '=', orderKey)
    .where((column) => column.or([column('problem', 'is', null), column('problem', '<>', problem)]))
    .execute();
}

/** Moves a saga to another state. @returns if it did; false if it was in none of the states `from` */
async function moveSaga(
  db: Kysely<Tables>,
  orderKey: number,
  from: readonly SagaRow['state'][],
  changes: { state: SagaRow['state']; refusal?: string | null },
): Promise<boolean> {
  const moved = await db
    .updateTable('sagas')
    .set({ ...changes, problem: null, changed_at: now(), ...takenNow() })
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
    processId: row.process_id,
    instanceId: row.instance_id,
    takenAt: Date.parse(row.taken_at ?? row.changed_at),
  };
}

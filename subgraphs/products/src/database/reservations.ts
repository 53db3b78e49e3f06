import { inTransaction } from '@lockstep/subgraph-kit/database/transaction.ts';
import type { Reach } from '@lockstep/subgraph-kit/failpoint.ts';
import type { Kysely, Transaction } from 'kysely';
import type { FailpointName } from '../failpoints.ts';
import { findProducts } from './products.ts';
import type { Tables } from './tables.ts';

/** Number of pieces of one product. */
export interface Item {
  productKey: number;
  quantity: number;
}

export interface ReservedItem extends Item {
  /** Price of one piece when it was reserved. */
  priceMinor: number;
}

/** Result of a reservation. `reserved` has taken all items out of stock; the others have taken nothing. */
export type ReservationResult =
  | { kind: 'reserved'; items: ReservedItem[] }
  | { kind: 'released' }
  | { kind: 'reserved otherwise' }
  | { kind: 'unknown product'; productKey: number }
  | { kind: 'insufficient stock'; productKey: number; left: number };

/**
 * Reserves the items for the order, unless it has reserved them already.
 *
 * @param items each product once
 */
export function reserve(
  db: Kysely<Tables>,
  orderKey: number,
  items: readonly Item[],
  reach: Reach<FailpointName>,
): Promise<ReservationResult> {
  return inTransaction(db, async (transaction) => {
    const state = await findState(transaction, orderKey);
    if (state === 'RELEASED') return { kind: 'released' };
    if (state === 'RESERVED') return sameReservation(await findItems(transaction, orderKey), items);

    const keys = items.map(({ productKey }) => productKey);
    const products = await findProducts(transaction, keys);
    const reserved: ReservedItem[] = [];
    for (const [index, { productKey, quantity }] of items.entries()) {
      const product = products[index];
      if (!product) return { kind: 'unknown product', productKey };
      if (product.stock < quantity) return { kind: 'insufficient stock', productKey, left: product.stock };
      reserved.push({ productKey, quantity, priceMinor: product.price });
    }
    await addToStock(
      transaction,
      items.map(({ productKey, quantity }) => ({ productKey, quantity: -quantity })),
    );
    reach('reservation-half-written');
    await insertReservation(transaction, orderKey, reserved);
    return { kind: 'reserved', items: reserved };
  });
}

/** Puts back what the order has reserved, once, and makes later reservations for it fail. */
export function release(db: Kysely<Tables>, orderKey: number, reach: Reach<FailpointName>): Promise<void> {
  return inTransaction(db, async (transaction) => {
    const state = await findState(transaction, orderKey);
    if (state === 'RELEASED') return;
    const values = { order_id: orderKey, state: 'RELEASED' as const, changed_at: new Date().toISOString() };
    if (state === undefined) {
      await transaction.insertInto('reservations').values(values).execute();
      return;
    }
    await addToStock(transaction, await findItems(transaction, orderKey));
    reach('release-half-written');
    await transaction.updateTable('reservations').set(values).where('order_id', '=', orderKey).execute();
  });
}

async function findState(transaction: Transaction<Tables>, orderKey: number) {
  const row = await transaction
    .selectFrom('reservations')
    .select('state')
    .where('order_id', '=', orderKey)
    .executeTakeFirst();
  return row?.state;
}

async function findItems(transaction: Transaction<Tables>, orderKey: number): Promise<ReservedItem[]> {
  const rows = await transaction
    .selectFrom('reservation_items')
    .selectAll()
    .where('order_id', '=', orderKey)
    .orderBy('product_id')
    .execute();
  return rows.map((row) => ({ productKey: row.product_id, quantity: row.quantity, priceMinor: row.price_minor }));
}

/** Returns the existing reservation of an order, if it is for the same items. */
function sameReservation(there: ReservedItem[], asked: readonly Item[]): ReservationResult {
  const quantities = new Map(asked.map(({ productKey, quantity }) => [productKey, quantity]));
  const isSame =
    there.length === quantities.size &&
    there.every(({ productKey, quantity }) => quantities.get(productKey) === quantity);
  return isSame ? { kind: 'reserved', items: there } : { kind: 'reserved otherwise' };
}

async function addToStock(transaction: Transaction<Tables>, items: readonly Item[]): Promise<void> {
  for (const { productKey, quantity } of items) {
    await transaction
      .updateTable('products')
      .set((column) => ({ stock: column('stock', '+', quantity) }))
      .where('id', '=', productKey)
      .execute();
  }
}

async function insertReservation(
  transaction: Transaction<Tables>,
  orderKey: number,
  items: readonly ReservedItem[],
): Promise<void> {
  await transaction
    .insertInto('reservations')
    .values({ order_id: orderKey, state: 'RESERVED', changed_at: new Date().toISOString() })
    .execute();
  const rows = items.map(({ productKey, quantity, priceMinor }) => ({
    order_id: orderKey,
    product_id: productKey,
    quantity,
    price_minor: priceMinor,
  }));
  await transaction.insertInto('reservation_items').values(rows).execute();
}

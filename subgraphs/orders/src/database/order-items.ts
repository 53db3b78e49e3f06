import { engineOf } from '@lockstep/subgraph-kit/database/engines/engine.ts';
import { type Parameters, prepare } from '@lockstep/subgraph-kit/database/prepared.ts';
import type { Kysely, Transaction } from 'kysely';
import type { OrderItemRow, Tables } from './tables.ts';

/** Number of pieces of one product to order. */
export interface Item {
  productKey: number;
  quantity: number;
}

export interface PricedItem extends Item {
  /** Price of one piece in minor units. */
  priceMinor: number;
}

/** Item of an order as the graph has it. Its price is in minor units, which the scalar Money formats. */
export interface OrderItem {
  productId: string;
  quantity: number;
  /** Null until it is reserved. */
  price: number | null;
}

const selectItems = prepare((db: Kysely<Tables>, parameter: Parameters<{ keys: string }>) =>
  db
    .selectFrom('order_items')
    .selectAll()
    .where('order_id', 'in', engineOf(db).keysOf(parameter('keys')))
    .orderBy('order_id')
    .orderBy('product_id'),
);

/** Returns the items of these orders in the keys' order, each sorted by product. Runs one statement. */
export async function findItemsOfOrders(db: Kysely<Tables>, orderKeys: readonly number[]): Promise<OrderItem[][]> {
  const rows = await selectItems(db, { keys: JSON.stringify(orderKeys) });
  const byOrder = Map.groupBy(rows, (row) => row.order_id);
  return orderKeys.map((key) => byOrder.get(key)?.map(toOrderItem) ?? []);
}

/** Inserts the items of a new order. */
export async function insertItems(
  transaction: Transaction<Tables>,
  orderKey: number,
  items: readonly Item[],
): Promise<void> {
  const rows = items.map(({ productKey, quantity }) => ({
    order_id: orderKey,
    product_id: productKey,
    quantity,
    price_minor: null,
  }));
  await transaction.insertInto('order_items').values(rows).execute();
}

/** Stores the prices of an order's items. */
export async function setPrices(
  transaction: Transaction<Tables>,
  orderKey: number,
  items: readonly PricedItem[],
): Promise<void> {
  for (const { productKey, priceMinor } of items) {
    await transaction
      .updateTable('order_items')
      .set({ price_minor: priceMinor })
      .where('order_id', '=', orderKey)
      .where('product_id', '=', productKey)
      .execute();
  }
}

function toOrderItem(row: OrderItemRow): OrderItem {
  return { productId: String(row.product_id), quantity: row.quantity, price: row.price_minor };
}

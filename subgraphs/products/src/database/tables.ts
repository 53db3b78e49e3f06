import type { Generated, Selectable } from 'kysely';

export interface Tables {
  products: ProductsTable;
  reservations: ReservationsTable;
  reservation_items: ReservationItemsTable;
}

export interface ProductsTable {
  id: Generated<number>;
  name: string;
  price_minor: number;
  /** What no order has reserved. */
  stock: number;
  /** All that was ever put into stock: what is there, and what orders have reserved. */
  put_in: number;
}

/** One a checkout. It stays when it is released, so that the order can't reserve any more. */
export interface ReservationsTable {
  /** Belongs to the orders subgraph. */
  order_id: number;
  state: 'RESERVED' | 'RELEASED';
  /** ISO 8601 in UTC. */
  changed_at: string;
}

export interface ReservationItemsTable {
  order_id: number;
  product_id: number;
  quantity: number;
  price_minor: number;
}

export type ProductRow = Selectable<ProductsTable>;

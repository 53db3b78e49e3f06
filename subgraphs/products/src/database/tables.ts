import type { Generated, Selectable } from 'kysely';

export interface Tables {
  products: ProductsTable;
  reservations: ReservationsTable;
  reservation_items: ReservationItemsTable;
  submissions: SubmissionsTable;
}

export interface ProductsTable {
  id: Generated<number>;
  name: string;
  price_minor: number;
  /** Number of pieces that no order has reserved. */
  stock: number;
  /** Number of pieces ever put into stock: those in stock, and those that orders have reserved. */
  put_in: number;
}

/** Reservations, one for each checkout. A released one stays, so that the order can't reserve again. */
export interface ReservationsTable {
  /** Key of the orders subgraph. */
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

/** Mutations that were sent with an idempotency key and changed a product. */
export interface SubmissionsTable {
  idempotency_key: string;
  mutation: 'createProduct' | 'restock';
  /** Parsed arguments as JSON. */
  input: string;
  product_id: number;
}

export type ProductRow = Selectable<ProductsTable>;

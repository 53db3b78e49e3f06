import type { Generated, Insertable, Selectable } from 'kysely';

export interface Tables {
  orders: OrdersTable;
  order_items: OrderItemsTable;
  sagas: SagasTable;
}

export interface OrdersTable {
  id: Generated<number>;
  /** Belongs to the users subgraph, which alone knows whether it exists. */
  user_id: number;
  amount_minor: number;
  status: 'PENDING' | 'CONFIRMED' | 'CANCELLED';
  idempotency_key: string | null;
  /** ISO 8601 in UTC. */
  created_at: string;
}

/** What a checkout orders. */
export interface OrderItemsTable {
  order_id: number;
  /** Belongs to the products subgraph. */
  product_id: number;
  quantity: number;
  /** Of one; null until it is reserved. */
  price_minor: number | null;
}

/** How far a checkout is: one row each. An order of plain `createOrder` has none. */
export interface SagasTable {
  order_id: number;
  /**
   * `RESERVING`: it may have reserved something, and may be confirmed yet. `RELEASING`: it is decided that the order is
   * cancelled, and its stock may not be back yet. `ENDED`: the order's status says how.
   */
  state: 'RESERVING' | 'RELEASING' | 'ENDED';
  /** The error that the client got, as JSON, if the checkout was refused. */
  refusal: string | null;
  /** Why the last attempt to end it failed. */
  problem: string | null;
  /** When it came to this state: ISO 8601 in UTC. */
  changed_at: string;
}

export type OrderRow = Selectable<OrdersTable>;
export type NewOrderRow = Insertable<OrdersTable>;
export type OrderItemRow = Selectable<OrderItemsTable>;
export type SagaRow = Selectable<SagasTable>;

import type { Generated, Insertable, Selectable } from 'kysely';

export interface Tables {
  orders: OrdersTable;
  order_items: OrderItemsTable;
  sagas: SagasTable;
}

export interface OrdersTable {
  id: Generated<number>;
  /** Key of the users subgraph, which knows if it exists. */
  user_id: number;
  amount_minor: number;
  status: 'PENDING' | 'CONFIRMED' | 'CANCELLED';
  idempotency_key: string | null;
  /** ISO 8601 in UTC. */
  created_at: string;
}

/** Items of checkouts. */
export interface OrderItemsTable {
  order_id: number;
  /** Key of the products subgraph. */
  product_id: number;
  quantity: number;
  /** Price of one piece; null until it is reserved. */
  price_minor: number | null;
}

/** States of checkouts, one row each. An order of `createOrder` has none. */
export interface SagasTable {
  order_id: number;
  /**
   * `RESERVING`: it may have reserved stock and may still be confirmed. `RELEASING`: the order is cancelled, and its stock
   * may not be released yet. `ENDED`: nothing is left to do.
   */
  state: 'RESERVING' | 'RELEASING' | 'ENDED';
  /** Id of the process that runs the checkout; null if an older version of the project wrote it. */
  process_id: number | null;
  /** Instance of orders that runs the checkout or ends it: ids of processes repeat on other machines. Null as above. */
  instance_id: string | null;
  /** Time since which that instance runs it: ISO 8601 in UTC. Null as above. */
  taken_at: string | null;
  /** Error that the client got, as JSON, if the checkout was refused. */
  refusal: string | null;
  /** Reason why the last attempt to end it failed. */
  problem: string | null;
  /** Time of its change to this state: ISO 8601 in UTC. */
  changed_at: string;
}

export type OrderRow = Selectable<OrdersTable>;
export type NewOrderRow = Insertable<OrdersTable>;
export type OrderItemRow = Selectable<OrderItemsTable>;
export type SagaRow = Selectable<SagasTable>;

import type { Generated, Insertable, Selectable } from 'kysely';

export interface Tables {
  orders: OrdersTable;
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

export type OrderRow = Selectable<OrdersTable>;
export type NewOrderRow = Insertable<OrdersTable>;

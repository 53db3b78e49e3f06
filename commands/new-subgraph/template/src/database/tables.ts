import type { Generated, Selectable } from 'kysely';

export interface Tables {
  sample_items: SampleItemsTable;
}

export interface SampleItemsTable {
  id: Generated<number>;
  name: string;
  /** Null if the client gave none; then each submission is a sample item. */
  idempotency_key: string | null;
  /** ISO 8601 in UTC. */
  created_at: string;
}

export type SampleItemRow = Selectable<SampleItemsTable>;

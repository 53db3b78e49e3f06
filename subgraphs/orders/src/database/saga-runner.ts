import { randomUUID } from 'node:crypto';
import type { Kysely } from 'kysely';
import type { Tables } from './tables.ts';

/** This process among all that may use the database. */
export const INSTANCE_ID = randomUUID();

/** A checkout, and who ran it when its row was read. */
export interface SagaRunner {
  readonly orderKey: number;
  readonly instanceId: string | null;
  /** In milliseconds since 1970. */
  readonly takenAt: number;
}

/** Returns the columns that say that this process runs a checkout from now on. */
export function takenNow() {
  return { process_id: process.pid, instance_id: INSTANCE_ID, taken_at: timeOf(Date.now()) };
}

/**
 * Makes this process the one that ends a checkout, so that no other one does the same work.
 *
 * @returns if it did; false if it has ended, or another process was first
 */
export async function takeOver(db: Kysely<Tables>, { orderKey, instanceId, takenAt }: SagaRunner): Promise<boolean> {
  const taken = await db
    .updateTable('sagas')
    .set(takenNow())
    .where('order_id', '=', orderKey)
    .where('state', '<>', 'ENDED')
    .where('instance_id', 'is not distinct from', instanceId)
    .where((column) => column.or([column('taken_at', 'is', null), column('taken_at', '=', timeOf(takenAt))]))
    .returning('order_id')
    .executeTakeFirst();
  return taken !== undefined;
}

function timeOf(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}

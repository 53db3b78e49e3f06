import { setTimeout as delay } from 'node:timers/promises';
import type { Kysely, Transaction } from 'kysely';
import { DatabaseUnavailableError } from './database-errors.ts';
import { engineOf } from './engines/engine.ts';

/** Attempts at a transaction that conflicts with others: together a second at most, so that hot rows don't use up deadlines. */
const MAX_ATTEMPTS = 20;
const MAX_DELAY_MS = 100;

/**
 * Runs the work in a serializable transaction, again if it conflicts with another one, after a random delay. The work may
 * run several times, so it does nothing besides the transaction. It must not wait for other subgraphs.
 *
 * @throws {DatabaseUnavailableError} if it still conflicts after a second
 * @throws {OutcomeUnknownError} if the connection was lost while it was committed: it is not run again
 */
export async function inTransaction<Tables, Result>(
  db: Kysely<Tables>,
  work: (transaction: Transaction<Tables>) => Promise<Result>,
): Promise<Result> {
  const { transact, isConflict } = engineOf(db);
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await transact(db, work);
    } catch (error) {
      if (!isConflict(error)) throw error;
      if (attempt === MAX_ATTEMPTS) throw new DatabaseUnavailableError(error);
    }
    // Full jitter: https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
    await delay(Math.random() * Math.min(MAX_DELAY_MS, 2 ** attempt));
  }
}

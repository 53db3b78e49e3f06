import { setTimeout as delay } from 'node:timers/promises';
import type { Kysely, Transaction } from 'kysely';
import { DatabaseUnavailableError } from './engines/database-errors.ts';
import { engineOf } from './engines/engine.ts';

/** Time for which a transaction that conflicts with others is run again. */
const PATIENCE_MS = 3000;
const MAX_ATTEMPTS = 20;
const MAX_DELAY_MS = 50;

/** Attempts after which others don't begin before this transaction has ended: without that, new ones could go on to overtake it. */
const ATTEMPTS_BEFORE_OTHERS_WAIT = 5;

/** End of the transaction that new ones wait for, by database. */
const overtaken = new WeakMap<object, Promise<void>>();

/** Last of the transactions that wait for their turn, by database. */
const queues = new WeakMap<object, Promise<unknown>>();

/**
 * Runs the work in a serializable transaction, again if it conflicts with another one. The work may run several times, so it
 * does nothing besides the transaction, and it must not wait for other subgraphs.
 *
 * @throws {DatabaseUnavailableError} if it still conflicts after three seconds
 * @throws {OutcomeUnknownError} if the connection was lost while it was committed: it is not run again
 */
export async function inTransaction<Tables, Result>(
  db: Kysely<Tables>,
  work: (transaction: Transaction<Tables>) => Promise<Result>,
): Promise<Result> {
  const { transact, isConflict } = engineOf(db);
  const endsAt = performance.now() + PATIENCE_MS;
  await overtaken.get(db);
  try {
    return await transact(db, work);
  } catch (error) {
    if (!isConflict(error)) throw error;
    return await inTurn(db, () => runAgain(db, work, endsAt, error));
  }
}

/** Runs one task after the other: transactions that change the same row would otherwise go on to conflict, all but one each time. */
function inTurn<Result>(db: object, task: () => Promise<Result>): Promise<Result> {
  const turn = (queues.get(db) ?? Promise.resolve()).then(task);
  const settled = turn.catch(() => {});
  queues.set(db, settled);
  return turn;
}

async function runAgain<Tables, Result>(
  db: Kysely<Tables>,
  work: (transaction: Transaction<Tables>) => Promise<Result>,
  endsAt: number,
  conflict: unknown,
): Promise<Result> {
  const { transact, isConflict } = engineOf(db);
  const end = Promise.withResolvers<void>();
  let last = conflict;
  try {
    for (let attempt = 2; attempt <= MAX_ATTEMPTS && performance.now() < endsAt; attempt += 1) {
      if (attempt > ATTEMPTS_BEFORE_OTHERS_WAIT) overtaken.set(db, end.promise);
      try {
        return await transact(db, work);
      } catch (error) {
        if (!isConflict(error)) throw error;
        last = error;
      }
      // Full jitter, for those of other processes: https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
      await delay(Math.random() * Math.min(MAX_DELAY_MS, 2 ** attempt));
    }
    throw new DatabaseUnavailableError(last);
  } finally {
    overtaken.delete(db);
    end.resolve();
  }
}

import { ExpectedError } from '@lockstep/runtime/graphql/errors.ts';
import { TimeLimit } from '@lockstep/runtime/http/client/time-limit.ts';
import type { Lifetime } from '@lockstep/runtime/http/deadline.ts';

/** Codes of calls to a subgraph that had no answer. */
const UNANSWERED: readonly unknown[] = ['SUBGRAPH_UNAVAILABLE', 'OUTCOME_UNKNOWN', 'DEADLINE_EXCEEDED'];

/**
 * Limits a saga's work to the time that its request has left, and at most `timeoutMs`.
 *
 * @param lifetime of the request
 * @throws `DEADLINE_EXCEEDED` if the time ran out before the saga was settled; then the sweep ends it
 */
export async function withinTime<Result>(
  timeoutMs: number,
  lifetime: Lifetime,
  work: (limit: Lifetime) => Promise<Result>,
): Promise<Result> {
  const limit = new TimeLimit(timeoutMs, lifetime);
  try {
    if (limit.signal.aborted) throw limit.signal.reason;
    return await work(limit);
  } catch (error) {
    if (isOver(limit) && (error === limit.signal.reason || isUnanswered(error))) throw outOfTime();
    throw error;
  } finally {
    limit.clear();
  }
}

/** Checks if the time is over. A call's own timer may be a moment ahead of the signal's. */
export function isOver({ signal, deadline }: Lifetime): boolean {
  return signal.aborted || (deadline?.leftMs() ?? Number.POSITIVE_INFINITY) <= 1;
}

/** Checks if an error says that a call had no answer. */
export function isUnanswered(error: unknown): boolean {
  return error instanceof ExpectedError && UNANSWERED.includes(error.extensions.code);
}

function outOfTime(): ExpectedError {
  return new ExpectedError(
    'DEADLINE_EXCEEDED',
    'The time ran out before it was settled; ask again to see how it ended',
  );
}

import { ExpectedError } from '@lockstep/runtime/graphql/errors.ts';
import { TimeLimit } from '@lockstep/runtime/http/client/time-limit.ts';
import { deadlineOf } from '@lockstep/runtime/http/deadline.ts';

/** What a step gives that was not answered. */
const UNANSWERED: readonly unknown[] = ['SUBGRAPH_UNAVAILABLE', 'DEADLINE_EXCEEDED'];

/**
 * Gives a saga the time that its request has left, and at most `timeoutMs`.
 *
 * @param signal aborted when the client's deadline is over, or the client has left
 * @throws `DEADLINE_EXCEEDED` where the time ran out before it was settled: the sweep ends it then
 */
export async function withinTime<Result>(
  timeoutMs: number,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const limit = new TimeLimit(timeoutMs, signal);
  try {
    limit.signal.throwIfAborted();
    return await work(limit.signal);
  } catch (error) {
    if (isOver(limit.signal) && (error === limit.signal.reason || isUnanswered(error))) throw outOfTime();
    throw error;
  } finally {
    limit.clear();
  }
}

/** Whether the time is over. A call's own timer may be a moment ahead of the signal's. */
export function isOver(signal: AbortSignal): boolean {
  return signal.aborted || (deadlineOf(signal)?.leftMs() ?? Number.POSITIVE_INFINITY) <= 1;
}

function isUnanswered(error: unknown): boolean {
  return error instanceof ExpectedError && UNANSWERED.includes(error.extensions.code);
}

function outOfTime(): ExpectedError {
  return new ExpectedError(
    'DEADLINE_EXCEEDED',
    'The time ran out before it was settled; ask again to see how it ended',
  );
}

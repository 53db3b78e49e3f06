import { ExpectedError, operationOverdue } from '@lockstep/runtime/graphql/errors.ts';
import { TimeLimit } from '@lockstep/runtime/http/client/time-limit.ts';
import type { Lifetime } from '@lockstep/runtime/http/deadline.ts';
import { isPromise } from '@lockstep/runtime/promises.ts';

/** Longer than any operation may take: what ends it is the operation's own deadline. */
const MAX_TIMEOUT_MS = 2 ** 31 - 1;

/**
 * Waits for a hook, and no longer than its operation is waited for. One that isn't asynchronous costs no promise.
 *
 * @param graceMs how long it may take all the same where the operation's time is over, or nearly
 * @throws what the hook throws; `DEADLINE_EXCEEDED` where the operation's time is over first, and `CLIENT_CLOSED_REQUEST`,
 *   which nobody sees, where its client leaves first
 */
export function withDeadline<Result>(
  run: () => Result | Promise<Result>,
  lifetime: Lifetime,
  graceMs = 0,
): Result | Promise<Result> {
  if (lifetime.signal.aborted) throw left(lifetime.signal);
  const result = run();
  return isPromise(result) ? unlessOver(result, lifetime, graceMs) : result;
}

async function unlessOver<Result>(promise: Promise<Result>, lifetime: Lifetime, graceMs: number): Promise<Result> {
  const { deadline } = lifetime;
  const isNearlyOver = deadline !== undefined && deadline.leftMs() < graceMs;
  const limit = isNearlyOver ? new TimeLimit(graceMs) : new TimeLimit(MAX_TIMEOUT_MS, lifetime);
  const { promise: over, reject } = Promise.withResolvers<never>();
  const end = () => reject(limit.isOver ? operationOverdue(deadline?.timeoutMs ?? 0) : left(lifetime.signal));
  if (limit.signal.aborted) end();
  limit.signal.addEventListener('abort', end, { once: true });
  try {
    return await Promise.race([promise, over]);
  } finally {
    limit.clear();
  }
}

function left({ reason }: AbortSignal): ExpectedError {
  return reason instanceof ExpectedError ? reason : new ExpectedError('CLIENT_CLOSED_REQUEST', 'The client has left');
}

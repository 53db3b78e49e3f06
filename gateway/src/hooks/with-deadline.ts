import { ExpectedError, operationOverdue } from '@lockstep/runtime/graphql/errors.ts';
import { TimeLimit } from '@lockstep/runtime/http/client/time-limit.ts';
import type { Lifetime } from '@lockstep/runtime/http/deadline.ts';
import type { Signal } from '@lockstep/runtime/http/signal.ts';
import { isPromise } from '@lockstep/runtime/promises.ts';

/** Longest timer in Node. The operation's own deadline ends the wait before. */
const MAX_TIMEOUT_MS = 2 ** 31 - 1;

/**
 * Runs a hook, and awaits it until its operation's deadline at most. A synchronous hook creates no promise.
 *
 * @param graceMs minimum time that the hook gets, even if less is left until the deadline
 * @throws the hook's error; `DEADLINE_EXCEEDED` if the deadline passes first; `CLIENT_CLOSED_REQUEST`, which nobody sees, if
 *   the client leaves first
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
  limit.signal.addEventListener('abort', end);
  try {
    return await Promise.race([promise, over]);
  } finally {
    limit.clear();
  }
}

function left({ reason }: Signal): ExpectedError {
  return reason instanceof ExpectedError ? reason : new ExpectedError('CLIENT_CLOSED_REQUEST', 'The client has left');
}

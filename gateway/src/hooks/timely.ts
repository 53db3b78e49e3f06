import { operationOverdue } from '@lockstep/runtime/graphql/errors.ts';
import { deadlineOf } from '@lockstep/runtime/http/deadline.ts';
import { TimeLimit } from '@lockstep/runtime/http/time-limit.ts';

/** Longer than any operation may take: what ends it is the operation's own deadline. */
const MAX_TIMEOUT_MS = 2 ** 31 - 1;

/**
 * Waits for a hook, and no longer than its operation is waited for. One that isn't asynchronous costs no promise.
 *
 * @throws what the hook throws; `DEADLINE_EXCEEDED` where the operation's time is over first, and the signal's reason where
 *   its client leaves first
 */
export function timely<Result>(run: () => Result | Promise<Result>, signal: AbortSignal): Result | Promise<Result> {
  signal.throwIfAborted();
  const result = run();
  return isPromise(result) ? unlessOver(result, signal) : result;
}

async function unlessOver<Result>(promise: Promise<Result>, signal: AbortSignal): Promise<Result> {
  const limit = new TimeLimit(MAX_TIMEOUT_MS, signal);
  const { promise: over, reject } = Promise.withResolvers<never>();
  const end = () => reject(limit.isOver ? operationOverdue(deadlineOf(signal)?.timeoutMs ?? 0) : signal.reason);
  if (limit.signal.aborted) end();
  limit.signal.addEventListener('abort', end, { once: true });
  try {
    return await Promise.race([promise, over]);
  } finally {
    limit.clear();
  }
}

function isPromise<Result>(value: Result | Promise<Result>): value is Promise<Result> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}

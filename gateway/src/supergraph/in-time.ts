import { operationOverdue } from '@lockstep/runtime/graphql/errors.ts';
import type { Deadline } from '@lockstep/runtime/http/deadline.ts';

/**
 * Waits for a result until the deadline.
 *
 * @throws {ExpectedError} `DEADLINE_EXCEEDED`
 */
export async function inTime<Result>(pending: Promise<Result>, deadline: Deadline | undefined): Promise<Result> {
  if (!deadline) return pending;
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(operationOverdue(deadline.timeoutMs)), deadline.leftMs());
  try {
    return await Promise.race([pending, promise]);
  } finally {
    clearTimeout(timer);
  }
}

import { ExpectedError } from '@lockstep/runtime/graphql/errors.ts';
import type { Deadline } from '@lockstep/runtime/http/deadline.ts';

/**
 * Waits for the code of an operation until the operation's deadline.
 *
 * @throws {ExpectedError} `DEADLINE_EXCEEDED`
 */
export async function inTime<Result>(pending: Promise<Result>, deadline: Deadline | undefined): Promise<Result> {
  if (!deadline) return pending;
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(overdue(deadline)), deadline.leftMs());
  try {
    return await Promise.race([pending, promise]);
  } finally {
    clearTimeout(timer);
  }
}

function overdue({ timeoutMs }: Deadline): ExpectedError {
  const message = `The operation's deadline of ${timeoutMs} ms passed before it was planned`;
  return new ExpectedError('DEADLINE_EXCEEDED', message, { extensions: { timeoutMs, http: { status: 504 } } });
}

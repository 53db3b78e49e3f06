import { ExpectedError } from '@lockstep/runtime/graphql/errors.ts';
import type { Deadline, Lifetime } from '@lockstep/runtime/http/deadline.ts';

/**
 * Waits for the code of an operation until the client leaves, or until the operation's deadline.
 *
 * @throws {ExpectedError} `DEADLINE_EXCEEDED`
 */
export async function inTime<Result>(
  pending: Promise<Result>,
  { signal, deadline }: Partial<Pick<Lifetime, 'signal' | 'deadline'>>,
): Promise<Result> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = deadline && setTimeout(() => reject(overdue(deadline)), deadline.leftMs());
  const leave = () => reject(clientLeft());
  signal?.addEventListener('abort', leave);
  if (signal?.aborted) leave();
  try {
    return await Promise.race([pending, promise]);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', leave);
  }
}

/** Returns the error of an operation that is given up because its client has left; nobody reads it. */
export function clientLeft(): ExpectedError {
  return new ExpectedError('DEADLINE_EXCEEDED', 'The client has left');
}

function overdue({ timeoutMs }: Deadline): ExpectedError {
  const message = `The operation's deadline of ${timeoutMs} ms passed before it was planned`;
  return new ExpectedError('DEADLINE_EXCEEDED', message, { extensions: { timeoutMs, http: { status: 504 } } });
}

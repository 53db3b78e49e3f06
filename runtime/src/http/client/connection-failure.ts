const LOST = new Set(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET']);

/** Failure of a request before any of it was sent. Its cause is why. */
export class UnsentError extends Error {
  constructor(cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

/** Returns whether no connection was made. A closing listener resets connections in its queue. */
export function isRefused(error: unknown): boolean {
  const reason = reasonOf(error);
  if (!(reason instanceof Error && 'code' in reason)) return false;
  if (reason.code === 'ECONNREFUSED') return true;
  const isOfConnecting = 'syscall' in reason && reason.syscall === 'connect';
  return isOfConnecting && (reason.code === 'ECONNRESET' || reason.code === 'ENOENT'); // the latter of a socket's file
}

/** Returns whether the connection broke; the request may have arrived. */
export function isLost(error: unknown): boolean {
  const reason = reasonOf(error);
  return reason instanceof Error && 'code' in reason && typeof reason.code === 'string' && LOST.has(reason.code);
}

function reasonOf(error: unknown): unknown {
  return error instanceof UnsentError ? error.cause : error;
}

const LOST = new Set(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET']);

/** Returns whether no connection was made, so that nothing was sent. A closing listener resets connections in its queue. */
export function isRefused(error: unknown): boolean {
  if (!(error instanceof Error && 'code' in error)) return false;
  if (error.code === 'ECONNREFUSED') return true;
  return error.code === 'ECONNRESET' && 'syscall' in error && error.syscall === 'connect';
}

/** Returns whether the connection broke; the request may have arrived. */
export function isLost(error: unknown): boolean {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && LOST.has(error.code);
}

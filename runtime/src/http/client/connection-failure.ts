const LOST = new Set(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET']);

/** Whether it could not even connect: nothing was sent. A listener that closes resets those that wait in its queue. */
export function isRefused(error: unknown): boolean {
  if (!(error instanceof Error && 'code' in error)) return false;
  if (error.code === 'ECONNREFUSED') return true;
  return error.code === 'ECONNRESET' && 'syscall' in error && error.syscall === 'connect';
}

/** Whether the connection broke: what was sent may have arrived or not. */
export function isLost(error: unknown): boolean {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && LOST.has(error.code);
}

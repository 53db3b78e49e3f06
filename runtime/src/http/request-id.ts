import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** Header with the id of a request, which every call made for it has too. */
export const REQUEST_ID_HEADER = 'x-request-id';

/** Pattern of an id that is used, so that a client can find the request in its own logs. */
const SAFE_ID = /^[\w.:-]{1,128}$/;

/** Returns the id that came with a request if it can be logged, or else a new one. */
export function requestIdOf({ headers }: Pick<IncomingMessage, 'headers'>): string {
  const given = headers[REQUEST_ID_HEADER];
  return typeof given === 'string' && SAFE_ID.test(given) ? given : randomUUID();
}

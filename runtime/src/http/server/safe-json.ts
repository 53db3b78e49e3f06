import { safeParse } from 'secure-json-parse';
import { RefusedRequestError } from '../../refused-request-error.ts';
import type { RequestBytes } from '../bytes-in-flight.ts';
import { checkNesting } from './json-nesting.ts';

/**
 * Parses JSON that a client sent. Copying an object that has a key `__proto__` or `constructor.prototype` can change what
 * other objects inherit, so both are rejected.
 *
 * @returns undefined if the text is not JSON
 * @throws {RefusedRequestError} if it is nested too deeply or has such a key
 * @throws {NoRoomError} if its value would be too much to hold
 */
export function parseSafely(text: string, bytes: RequestBytes): unknown {
  bytes.take(checkNesting(text));
  const value = safeParse(text);
  // null stands for a forbidden key, and for the JSON text null
  if (value === null && text.trim() !== 'null') {
    const message = 'The JSON has a key "__proto__" or "constructor.prototype"; remove it';
    throw new RefusedRequestError(400, 'BAD_REQUEST', message);
  }
  return value;
}

/**
 * Checks the JSON in a query string, which Apollo Server parses itself.
 *
 * @throws {RefusedRequestError} as {@link parseSafely} does
 */
export function checkQueryString(search: string, bytes: RequestBytes): void {
  if (search === '') return;
  const parameters = new URLSearchParams(search);
  for (const name of ['variables', 'extensions']) parseSafely(parameters.get(name) ?? 'null', bytes);
}

import type { IncomingMessage } from 'node:http';
import { MIMEType } from 'node:util';
import { RefusedRequestError } from '../../refused-request-error.ts';
import type { RequestBytes } from '../bytes-in-flight.ts';
import { announcesMoreThan, BodyTooLargeError, collectBody } from './body.ts';
import { parseSafely } from './safe-json.ts';

/** JSON is always UTF-8; a byte order mark is ignored (https://www.rfc-editor.org/rfc/rfc8259#section-8.1). */
const UTF_8 = new TextDecoder('utf-8', { fatal: true });

/**
 * Reads and parses the JSON body of a request.
 *
 * @returns undefined, without reading the body, if its content type is not JSON
 * @throws {RefusedRequestError} if the body can't be used
 * @throws {NoRoomError} if the process may not hold it
 */
export async function readJson(request: IncomingMessage, maxBytes: number, bytes: RequestBytes): Promise<unknown> {
  if (!saysJson(request.headers['content-type'])) return undefined;
  refuseEncoded(request);
  if (announcesMoreThan(request, maxBytes)) throw tooLarge(maxBytes);
  const body = await collect(request, maxBytes, bytes);
  return body.length === 0 ? undefined : parse(decode(body), bytes);
}

/** @throws {RefusedRequestError} if the charset is not UTF-8 */
function saysJson(contentType: string | undefined): boolean {
  if (contentType === 'application/json') return true; // sent by most clients; parsing it costs more than everything else here
  const type = parseType(contentType);
  if (type?.essence !== 'application/json') return false;
  const charset = type.params.get('charset') ?? 'utf-8';
  if (/^utf-?8$/i.test(charset)) return true;
  throw new RefusedRequestError(415, 'BAD_REQUEST', `The request body is in ${charset}; send it in UTF-8`);
}

function parseType(contentType: string | undefined): MIMEType | undefined {
  if (contentType === undefined) return undefined;
  try {
    return new MIMEType(contentType);
  } catch {
    return undefined; // Apollo Server reports it
  }
}

/** Rejects a compressed body, which can be a thousand times as long once expanded. GraphQL clients do not compress requests. */
function refuseEncoded({ headers }: IncomingMessage): void {
  const encoding = headers['content-encoding'] ?? 'identity';
  if (encoding.toLowerCase() === 'identity') return;
  const message = `The request body has the content encoding ${encoding}; send it without`;
  throw new RefusedRequestError(415, 'BAD_REQUEST', message, { 'accept-encoding': 'identity' });
}

async function collect(request: IncomingMessage, maxBytes: number, bytes: RequestBytes): Promise<Buffer> {
  try {
    return await collectBody(request, maxBytes, bytes);
  } catch (error) {
    throw error instanceof BodyTooLargeError ? tooLarge(maxBytes) : error;
  }
}

function decode(bytes: Buffer): string {
  try {
    return UTF_8.decode(bytes);
  } catch {
    throw new RefusedRequestError(400, 'BAD_REQUEST', 'The request body is not valid UTF-8');
  }
}

function parse(text: string, bytes: RequestBytes): unknown {
  const value = parseSafely(text, bytes);
  if (value === undefined) throw new RefusedRequestError(400, 'BAD_REQUEST', 'Invalid JSON in the request body');
  return value;
}

function tooLarge(maxBytes: number): RefusedRequestError {
  const message = `The request body is longer than ${maxBytes} bytes`;
  const excess = { limit: 'http_max_request_bytes', allowed: maxBytes };
  return new RefusedRequestError(413, 'OPERATION_LIMIT_EXCEEDED', message, {}, excess);
}

import type { IncomingMessage } from 'node:http';
import { MIMEType } from 'node:util';
import { RefusedRequestError } from '../../refused-request-error.ts';
import { announcesMoreThan, BodyTooLargeError, collectBody } from './body.ts';
import { parseSafely } from './safe-json.ts';

/** JSON is UTF-8, and nothing else (RFC 8259, section 8.1). A byte order mark is passed over, as that section allows. */
const UTF_8 = new TextDecoder('utf-8', { fatal: true });

/**
 * The JSON body of a request, parsed.
 *
 * @returns undefined where the request doesn't say that its body is JSON, without reading it
 * @throws {RefusedRequestError} where the body can't be used
 */
export async function readJson(request: IncomingMessage, maxBytes: number): Promise<unknown> {
  if (!saysJson(request.headers['content-type'])) return undefined;
  refuseEncoded(request);
  if (announcesMoreThan(request, maxBytes)) throw tooLarge(maxBytes);
  const bytes = await collect(request, maxBytes);
  return bytes.length === 0 ? undefined : parse(decode(bytes));
}

/** @throws {RefusedRequestError} where it is JSON in another character set than JSON has */
function saysJson(contentType: string | undefined): boolean {
  if (contentType === 'application/json') return true; // most clients, and parsing takes longer than all the rest here
  const type = parseType(contentType);
  if (type?.essence !== 'application/json') return false;
  const charset = type.params.get('charset') ?? 'utf-8';
  if (/^utf-?8$/i.test(charset)) return true;
  throw new RefusedRequestError(415, 'BAD_REQUEST', `The request body has to be in UTF-8, not in ${charset}.`);
}

function parseType(contentType: string | undefined): MIMEType | undefined {
  if (contentType === undefined) return undefined;
  try {
    return new MIMEType(contentType);
  } catch {
    return undefined; // Apollo Server has the words for a content type that is none
  }
}

/** A compressed body can be a thousand times as long as it looks. GraphQL requests are short: no client compresses them. */
function refuseEncoded({ headers }: IncomingMessage): void {
  const encoding = headers['content-encoding'] ?? 'identity';
  if (encoding.toLowerCase() === 'identity') return;
  const message = `The request body must not be encoded, and it is in ${encoding}.`;
  throw new RefusedRequestError(415, 'BAD_REQUEST', message, { 'accept-encoding': 'identity' });
}

async function collect(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  try {
    return await collectBody(request, maxBytes);
  } catch (error) {
    throw error instanceof BodyTooLargeError ? tooLarge(maxBytes) : error;
  }
}

function decode(bytes: Buffer): string {
  try {
    return UTF_8.decode(bytes);
  } catch {
    throw new RefusedRequestError(400, 'BAD_REQUEST', 'The request body is not UTF-8.');
  }
}

function parse(text: string): unknown {
  const value = parseSafely(text);
  if (value === undefined) throw new RefusedRequestError(400, 'BAD_REQUEST', 'Invalid JSON in the request body.');
  return value;
}

function tooLarge(maxBytes: number): RefusedRequestError {
  const message = `The request body is longer than ${maxBytes} bytes.`;
  const excess = { limit: 'http_max_request_bytes', allowed: maxBytes };
  return new RefusedRequestError(413, 'OPERATION_LIMIT_EXCEEDED', message, {}, excess);
}

import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { HTTPGraphQLResponse } from '@apollo/server';
import type { RequestBytes } from '../bytes-in-flight.ts';
import type { AnswerCompression, Coding } from './answer-compression.ts';
import { isKnown, weakEtag } from './etag.ts';
import { NO_SNIFFING, PAGE_HEADERS } from './security-headers.ts';
import { statusOf } from './status.ts';

/** Compression and budget of an answer. */
interface SendOptions {
  readonly bytes: RequestBytes;
  /** Undefined if answers are sent as they are. */
  readonly compression: AnswerCompression | undefined;
}

/**
 * Writes a complete response. Asynchronous only if it is compressed in another thread.
 *
 * @throws {NoRoomError} if the process may not hold it until it is sent
 */
export function sendText(
  response: ServerResponse,
  mediaType: string,
  text: string,
  { bytes, compression, headers: others }: SendOptions & { readonly headers?: OutgoingHttpHeaders | undefined },
): void | Promise<void> {
  const length = Buffer.byteLength(text);
  bytes.takeAnswer(length);
  const headers = { 'content-type': mediaType, 'content-length': length, ...NO_SNIFFING, ...others };
  if (compression?.isFor(length)) {
    const coding = negotiate(response, length, compression);
    if (coding) {
      const whole = { status: 200, headers, body: Buffer.from(text) };
      return sendCompressed(response, whole, coding, { bytes, compression });
    }
  }
  response.writeHead(200, headers).end(text);
}

/**
 * Writes a response of Apollo Server, complete or in chunks as they come.
 *
 * @throws {NoRoomError} if the process may not hold it until it is sent
 */
export async function send(
  response: ServerResponse,
  answer: HTTPGraphQLResponse,
  { bytes, compression }: SendOptions,
): Promise<void> {
  const isPage = answer.headers.get('content-type')?.startsWith('text/html');
  const headers: OutgoingHttpHeaders = {
    ...(isPage ? PAGE_HEADERS : NO_SNIFFING),
    ...Object.fromEntries(answer.headers),
  };
  const status = statusOf(response.req, answer);
  if (answer.body.kind === 'complete') {
    // Bytes, because Node writes a string together with the headers, and would encode those as UTF-8 too.
    const body = Buffer.from(answer.body.string);
    bytes.takeAnswer(body.length);
    const whole = { status, headers: { ...headers, 'content-length': body.length }, body };
    const coding = compression?.isFor(body.length) ? negotiate(response, body.length, compression) : undefined;
    if (response.req.method === 'GET' && isStored(response, whole)) return;
    if (compression && coding) return sendCompressed(response, whole, coding, { bytes, compression });
    response.writeHead(status, whole.headers).end(body);
    return;
  }
  response.writeHead(status, headers);
  for await (const chunk of answer.body.asyncIterator) {
    if (!response.write(chunk)) await writable(response);
    if (response.destroyed) return;
  }
  response.end();
}

interface WholeResponse {
  readonly status: number;
  readonly headers: OutgoingHttpHeaders;
  readonly body: Buffer;
}

/** Gives a response that may be stored a tag. Answers 304, and returns true, if the client has stored it already. */
function isStored(response: ServerResponse, { status, headers, body }: WholeResponse): boolean {
  const cacheControl = String(headers['cache-control'] ?? response.getHeader('cache-control') ?? NO_STORE);
  if (status !== 200 || cacheControl.includes(NO_STORE)) return false;
  const etag = weakEtag(body);
  headers.etag = etag;
  if (!isKnown(response.req, etag)) return false;
  const { 'content-type': _type, 'content-length': _length, ...others } = headers;
  response.writeHead(304, others).end();
  return true;
}

const NO_STORE = 'no-store';

/** Returns the content coding of a response, or undefined if it has none. Either way caches are told that it depends on the client. */
function negotiate(response: ServerResponse, length: number, compression: AnswerCompression): Coding | undefined {
  const others = response.getHeader('vary');
  response.setHeader('vary', others === undefined ? 'Accept-Encoding' : `${others}, Accept-Encoding`);
  return compression.codingFor(response.req, length);
}

async function sendCompressed(
  response: ServerResponse,
  { status, headers, body }: WholeResponse,
  coding: Coding,
  { bytes, compression }: { readonly bytes: RequestBytes; readonly compression: AnswerCompression },
): Promise<void> {
  const compressed = await compression.compress(coding, body);
  if (response.destroyed) return;
  bytes.takeAnswer(compressed.length);
  response
    .writeHead(status, { ...headers, 'content-encoding': coding, 'content-length': compressed.length })
    .end(compressed);
}

/** Resolves when the response drains or closes; it never drains once the client has disconnected. */
function writable(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    if (response.destroyed) return resolve();
    const settle = () => {
      response.off('drain', settle).off('close', settle);
      resolve();
    };
    return response.on('drain', settle).on('close', settle);
  });
}

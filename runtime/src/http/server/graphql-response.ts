import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { HTTPGraphQLResponse } from '@apollo/server';
import type { RequestBytes } from '../bytes-in-flight.ts';
import { NO_SNIFFING, PAGE_HEADERS } from './security-headers.ts';
import { statusOf } from './status.ts';

/** Writes a complete response. @throws {NoRoomError} if the process may not hold it until it is sent */
export function sendText(response: ServerResponse, mediaType: string, text: string, bytes: RequestBytes): void {
  const length = Buffer.byteLength(text);
  bytes.takeAnswer(length);
  const headers = { 'content-type': mediaType, 'content-length': length, ...NO_SNIFFING };
  response.writeHead(200, headers).end(text);
}

/**
 * Writes a response of Apollo Server, complete or in chunks as they come.
 *
 * @throws {NoRoomError} if the process may not hold it until it is sent
 */
export async function send(response: ServerResponse, answer: HTTPGraphQLResponse, bytes: RequestBytes): Promise<void> {
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
    response.writeHead(status, { ...headers, 'content-length': body.length }).end(body);
    return;
  }
  response.writeHead(status, headers);
  for await (const chunk of answer.body.asyncIterator) {
    if (!response.write(chunk)) await writable(response);
    if (response.destroyed) return;
  }
  response.end();
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

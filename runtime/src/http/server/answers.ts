import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { RefusedRequestError } from '../../refused-request-error.ts';
import { NO_SNIFFING } from './security-headers.ts';

/** Time for which the rest of an unread body is discarded before the connection is closed. */
const LINGER_MS = 1000;

/** Responds in plain text, for people and for HTTP tools. */
export function answerText(response: ServerResponse, status: number, text: string): void {
  answer(response, status, { 'content-type': 'text/plain; charset=utf-8' }, `${text}\n`);
}

/**
 * Responds with one GraphQL error to a request that is rejected before it reaches GraphQL.
 *
 * Uses GraphQL's own media type if the client accepts it. With `application/json` a client can't trust the body of a response
 * with an error status, because an intermediary may have sent it:
 * https://graphql.github.io/graphql-over-http/draft/#sec-Processing-the-response
 */
export function answerError(
  response: ServerResponse,
  status: number,
  code: string,
  message: string,
  headers: OutgoingHttpHeaders = {},
  extensions: Readonly<Record<string, unknown>> = {},
): void {
  const acceptsGraphql = response.req.headers.accept?.includes('application/graphql-response+json');
  const type = acceptsGraphql ? 'application/graphql-response+json' : 'application/json';
  const body = JSON.stringify({ errors: [{ message, extensions: { ...extensions, code } }] });
  answer(response, status, { ...headers, 'content-type': `${type}; charset=utf-8` }, body);
}

/** Answers a request that is refused. */
export function answerRefusal(
  response: ServerResponse,
  { status, code, message, headers, extensions }: RefusedRequestError,
): void {
  // or all the rest of a body that nobody wants would have to be read
  if (status === 413 || status === 415) response.shouldKeepAlive = false;
  answerError(response, status, code, message, headers, extensions);
}

/**
 * Writes a complete response. A connection that is not kept alive is closed after the client has sent its request, or after
 * {@link LINGER_MS}: closing a socket with unread data resets it, and the client may lose the response
 * (https://www.rfc-editor.org/rfc/rfc9112#section-9.6).
 */
function answer(response: ServerResponse, status: number, headers: OutgoingHttpHeaders, body: string): void {
  response.writeHead(status, { ...NO_SNIFFING, ...headers, 'content-length': Buffer.byteLength(body) });
  const { req: request } = response;
  if (response.shouldKeepAlive || request.complete) {
    response.end(body);
    return;
  }
  if (request.method !== 'HEAD') response.write(body);
  const close = () => {
    clearTimeout(overdue);
    response.end();
  };
  const overdue = setTimeout(close, LINGER_MS);
  request.once('end', close).once('close', close).resume();
}

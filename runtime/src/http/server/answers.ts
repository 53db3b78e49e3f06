import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { RefusedRequestError } from '../../refused-request-error.ts';

/** For how long the rest of a body that nobody reads is thrown away before the connection is closed. */
const LINGER_MS = 1000;

/** Answers in plain text, for those who look at an address by hand and for HTTP machinery. */
export function answerText(response: ServerResponse, status: number, text: string): void {
  answer(response, status, { 'content-type': 'text/plain; charset=utf-8' }, `${text}\n`);
}

/**
 * Answers with one GraphQL error, for a request that is refused before GraphQL sees it.
 *
 * A client that accepts GraphQL's own media type gets that: with the other one it must not believe what an answer with
 * this status says, because it could come from anything on the way (GraphQL over HTTP, section 6.4).
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
  if (status === 413) response.shouldKeepAlive = false; // or all the rest of it would have to be read
  answerError(response, status, code, message, headers, extensions);
}

/**
 * Writes a whole answer. Where the connection won't be kept, it is closed once the client has sent its request, or soon:
 * a socket that is closed with something unread is reset, and the client may lose the answer to that.
 */
function answer(response: ServerResponse, status: number, headers: OutgoingHttpHeaders, body: string): void {
  response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) });
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

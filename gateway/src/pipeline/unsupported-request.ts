import type { IncomingMessage } from 'node:http';
import type { GraphQLParams } from '@lockstep/runtime/http/server/graphql.ts';
import { RefusedRequestError } from '@lockstep/runtime/refused-request-error.ts';
import type { RejectionCounts } from '../telemetry/rejection-counts.ts';

const CODE = 'REQUEST_NOT_SUPPORTED';

/** Media types of answers that go on, with the name for people and the alternative. */
const CONTINUED = {
  'text/event-stream': ['Event streams', 'accept application/json, and query again for changes'],
  'multipart/mixed': ['Answers in parts', 'accept application/json as well'],
} as const;

/** An `accept` header that allows an answer in JSON. */
const ACCEPTS_JSON = /json|\*\/\*|application\/\*/;

/**
 * Returns a function that refuses requests made in a way that isn't supported, and says what to do instead. Without it they
 * are refused too, by Apollo Server, in words that a client's author can't make sense of.
 */
export function refuseUnsupportedRequests(
  refusals: RejectionCounts,
): (request: IncomingMessage, params: GraphQLParams) => void {
  return (request, params) => {
    const refusal = refusalOf(request, params);
    if (!refusal) return;
    refusals.add(CODE, 'refused');
    throw refusal;
  };
}

function refusalOf({ headers }: IncomingMessage, { body }: GraphQLParams): RefusedRequestError | undefined {
  if (headers.upgrade?.toLowerCase() === 'websocket') {
    const message = 'WebSockets are not supported, nor are subscriptions; send queries and mutations by POST';
    return new RefusedRequestError(400, CODE, message, { connection: 'close' });
  }
  if (headers['content-type']?.startsWith('multipart/form-data')) {
    const message =
      'Uploads (multipart/form-data) are not supported; store the file elsewhere, and send its address in a request of application/json';
    return new RefusedRequestError(415, CODE, message);
  }
  if (Array.isArray(body)) {
    const message = 'Batches of operations are not supported; send each operation in a request of its own';
    return new RefusedRequestError(400, CODE, message);
  }
  return continuedAnswer(headers.accept);
}

function continuedAnswer(accept = ''): RefusedRequestError | undefined {
  if (ACCEPTS_JSON.test(accept)) return undefined;
  for (const [type, [name, alternative]] of Object.entries(CONTINUED)) {
    if (!accept.includes(type)) continue;
    return new RefusedRequestError(406, CODE, `${name} (${type}) are not supported; ${alternative}`);
  }
  return undefined;
}

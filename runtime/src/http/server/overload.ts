import type { HTTPGraphQLRequest } from '@apollo/server';
import { isRecord } from '../../json-record.ts';
import { RefusedRequestError } from '../../refused-request-error.ts';

const RETRY_AFTER = { 'retry-after': '1' };

/** Start of a document that has only queries. */
const QUERY = /^\s*(query\b|\{)/;

/** Returns the refusal of a request that the process can't hold: nothing of it was executed. */
export function requestRefused(): RefusedRequestError {
  const message = 'Too many bytes of requests and answers are in flight; try again in 1 s';
  return new RefusedRequestError(503, 'OVERLOADED', message, RETRY_AFTER);
}

/** Returns the refusal of a request whose answer the process can't hold: a mutation has been executed. */
export function answerDropped({ method, body }: Pick<HTTPGraphQLRequest, 'method' | 'body'>): RefusedRequestError {
  const query = isRecord(body) && typeof body.query === 'string' ? body.query : '';
  if (method === 'GET' || QUERY.test(query)) {
    const message =
      'The answer was dropped, because too many bytes of requests and answers are in flight; try again in 1 s';
    return new RefusedRequestError(503, 'OVERLOADED', message, RETRY_AFTER);
  }
  const message =
    'The answer was dropped, because too many bytes of requests and answers are in flight, and a mutation may have been executed; if it takes an idempotency key, send it again with the same one to find out';
  return new RefusedRequestError(503, 'OUTCOME_UNKNOWN', message, RETRY_AFTER);
}

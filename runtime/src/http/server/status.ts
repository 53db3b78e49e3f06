import type { IncomingMessage } from 'node:http';
import type { HTTPGraphQLResponse } from '@apollo/server';
import { z } from 'zod';

/** Codes of request errors: the HTTP request was well-formed, and what it asks can't be run (GraphQL, section 7.1.2). */
const REQUEST_ERROR_CODES = [
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'OPERATION_RESOLUTION_FAILURE',
  'BAD_USER_INPUT',
] as const;

const requestErrors = z.object({
  errors: z.array(z.object({ extensions: z.object({ code: z.enum(REQUEST_ERROR_CODES) }) })),
});

/**
 * The status of an answer. A client that asks for `application/json` by name gets request errors with 200, as GraphQL
 * over HTTP says for that media type (section 6.4.1). Apollo Server gives 400 with every media type, and its own tests
 * hold it to that for clients that name none.
 */
export function statusOf(request: IncomingMessage, { status = 200, headers, body }: HTTPGraphQLResponse): number {
  if (status !== 400 || body.kind !== 'complete') return status;
  if (!headers.get('content-type')?.startsWith('application/json')) return status;
  if (!request.headers.accept?.includes('application/json')) return status;
  return requestErrors.safeParse(JSON.parse(body.string)).success ? 200 : status;
}

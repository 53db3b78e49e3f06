import type { IncomingMessage } from 'node:http';
import type { HTTPGraphQLResponse } from '@apollo/server';
import { z } from 'zod';

/** Codes of request errors in well-formed HTTP requests: https://spec.graphql.org/October2021/#sec-Errors */
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
 * Returns the status of a response. A client that asks for `application/json` by name gets request errors with 200, as
 * required for that media type (https://graphql.github.io/graphql-over-http/draft/#sec-application-json). Apollo Server
 * responds 400 with every media type, and its integration suite requires that for clients that name none.
 */
export function statusOf(request: IncomingMessage, { status = 200, headers, body }: HTTPGraphQLResponse): number {
  if (status !== 400 || body.kind !== 'complete') return status;
  if (!headers.get('content-type')?.startsWith('application/json')) return status;
  if (!request.headers.accept?.includes('application/json')) return status;
  return requestErrors.safeParse(JSON.parse(body.string)).success ? 200 : status;
}

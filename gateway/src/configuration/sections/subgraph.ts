import { z } from 'zod';
import { duration, httpUrl } from '../values.ts';
import { headers } from './headers.ts';
import { circuitBreaker, retry } from './resilience.ts';

const SCHEMA_RULE =
  'give file: with the path of the schema, subgraph_url: with the address to ask for it, or sdl: with its text';

/** `subgraphs.NAME`: where one subgraph is, what it says it can do, and how it is called. */
export const subgraph = z
  .strictObject({
    routing_url: httpUrl.describe('Where the subgraph answers GraphQL.'),
    schema: z
      .union(
        [
          z.strictObject({ file: z.string().describe('The file that has it. Relative to this one.') }),
          z.strictObject({
            subgraph_url: httpUrl.describe('The address to ask for it, as a subgraph is asked: { _service { sdl } }.'),
          }),
          z.strictObject({ sdl: z.string().describe('Its text.') }),
        ],
        { error: SCHEMA_RULE },
      )
      .describe("The subgraph's schema, in federation's SDL."),
    timeout: duration.prefault('30s').describe('How long one call may take, from connecting to the last byte.'),
    retry: retry.optional().describe('How failed queries are sent again; never mutations. Off where it is not given.'),
    circuit_breaker: circuitBreaker
      .optional()
      .describe('When a subgraph that fails is left alone. Off where it is not given.'),
    error_codes: z
      .array(z.string('give a code such as BOOK_SOLD_OUT'), 'give a list of codes')
      .prefault([])
      .describe('The codes of its expected failures. Clients see errors with these as they are.'),
    headers: headers.prefault({}).describe('Which headers go with its calls, and come from its answers.'),
  })
  .transform(({ routing_url, schema, timeout, retry, circuit_breaker, error_codes, headers }) => ({
    routingUrl: routing_url,
    schema,
    timeoutMs: timeout,
    ...(retry && { retry }),
    ...(circuit_breaker && { circuitBreaker: circuit_breaker }),
    errorCodes: error_codes,
    headers,
  }));

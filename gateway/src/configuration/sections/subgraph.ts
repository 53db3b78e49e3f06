import { z } from 'zod';
import { duration, httpUrl } from '../values.ts';
import { headers } from './headers.ts';
import { circuitBreaker, retry } from './resilience.ts';

const SCHEMA_RULE =
  'give file: with the path of the schema, subgraph_url: with the address to ask for it, or sdl: with its text';

/** `subgraphs.NAME`: address, schema and call settings of one subgraph. */
export const subgraph = z
  .strictObject({
    routing_url: httpUrl.describe('GraphQL endpoint of the subgraph.'),
    schema: z
      .union(
        [
          z.strictObject({ file: z.string().describe('File that contains the schema. Relative to this file.') }),
          z.strictObject({
            subgraph_url: httpUrl.describe('URL to fetch the schema from, with the query { _service { sdl } }.'),
          }),
          z.strictObject({ sdl: z.string().describe('Text of the schema.') }),
        ],
        { error: SCHEMA_RULE },
      )
      .describe('Schema of the subgraph, as Federation SDL.'),
    timeout: duration.prefault('30s').describe('Time limit of one call, from connecting to the last byte.'),
    retry: retry.optional().describe('Retries of failed queries; mutations are never retried. Off if unset.'),
    circuit_breaker: circuitBreaker
      .optional()
      .describe('Circuit breaker, which stops calls to a failing subgraph. Off if unset.'),
    error_codes: z
      .array(z.string('give a code such as BOOK_SOLD_OUT'), 'give a list of codes')
      .prefault([])
      .describe("Codes of the subgraph's expected errors, which clients see unchanged."),
    headers: headers.prefault({}).describe('Header rules of this subgraph, applied after those for all subgraphs.'),
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

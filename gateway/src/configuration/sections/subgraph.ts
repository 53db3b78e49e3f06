import { z } from 'zod';
import { duration, toMilliseconds } from '../values.ts';
import { circuitBreaker, retry } from './resilience.ts';

/** `subgraphs.NAME`: where one subgraph is, what it says it can do, and how it is called. */
export const subgraph = z
  .strictObject({
    routing_url: z.url({ protocol: /^https?$/, error: 'give an address that starts with http:// or https://' }),
    schema: z.union([z.strictObject({ file: z.string() }), z.strictObject({ sdl: z.string() })], {
      error: 'give file: with the path of the schema, or sdl: with its text',
    }),
    timeout: duration.default(toMilliseconds('30s')),
    retry: retry.optional(),
    circuit_breaker: circuitBreaker.optional(),
  })
  .transform(({ routing_url, schema, timeout, retry, circuit_breaker }) => ({
    routingUrl: routing_url,
    schema,
    timeoutMs: timeout,
    ...(retry && { retry }),
    ...(circuit_breaker && { circuitBreaker: circuit_breaker }),
  }));

import { z } from 'zod';
import { duration, toMilliseconds } from '../values.ts';

/** `subgraphs.NAME`: where one subgraph is, what it says it can do, and how it is called. */
export const subgraph = z
  .strictObject({
    routing_url: z.url({ protocol: /^https?$/, error: 'give an address that starts with http:// or https://' }),
    schema: z.union([z.strictObject({ file: z.string() }), z.strictObject({ sdl: z.string() })], {
      error: 'give file: with the path of the schema, or sdl: with its text',
    }),
    timeout: duration.default(toMilliseconds('30s')),
  })
  .transform(({ routing_url, schema, timeout }) => ({ routingUrl: routing_url, schema, timeoutMs: timeout }));

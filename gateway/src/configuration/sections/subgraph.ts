import { z } from 'zod';
import { duration, httpUrl } from '../values.ts';

/** `subgraphs.NAME`: where one subgraph is, what it says it can do, and how it is called. */
export const subgraph = z
  .strictObject({
    routing_url: httpUrl.describe('Where the subgraph answers GraphQL.'),
    schema: z
      .union(
        [
          z.strictObject({ file: z.string().describe('The file that has it. Relative to this one.') }),
          z.strictObject({ sdl: z.string().describe('Its text.') }),
        ],
        { error: 'give file: with the path of the schema, or sdl: with its text' },
      )
      .describe("The subgraph's schema, in federation's SDL."),
    timeout: duration.prefault('30s').describe('How long one call may take, from connecting to the last byte.'),
  })
  .transform(({ routing_url, schema, timeout }) => ({ routingUrl: routing_url, schema, timeoutMs: timeout }));

import { MIN_SECRET_LENGTH } from '@lockstep/runtime/http/server/secret.ts';
import { z } from 'zod';
import { httpUrl, onOff, ROUTING_RULE, routingUrl, timeLimit } from '../values.ts';
import { headers } from './headers.ts';
import { circuitBreaker, retry } from './resilience.ts';
import { subgraphTls } from './tls.ts';

const SCHEMA_RULE =
  'give file: with the path of the schema, subgraph_url: with the address to ask for it, or sdl: with its text';

/** Secret as a header can carry it. */
const SECRET = new RegExp(`^[!-~]{${MIN_SECRET_LENGTH},}$`);
const SECRET_RULE = `give at least ${MIN_SECRET_LENGTH} letters, digits and signs without spaces, or false to send no secret`;

/** Maximum number of instances of a subgraph: each is looked at for each call. */
const MAX_INSTANCES = 100;
const INSTANCES_RULE = `give a list of 1 to ${MAX_INSTANCES} addresses`;

const routingUrls = z
  .array(routingUrl, INSTANCES_RULE)
  .min(1, INSTANCES_RULE)
  .max(MAX_INSTANCES, INSTANCES_RULE)
  .superRefine((urls, context) => {
    urls.forEach((url, index) => {
      const message = 'duplicate address; remove one';
      if (urls.indexOf(url) < index) context.addIssue({ code: 'custom', path: [index], message });
    });
  });

/** `subgraphs.NAME`: address, schema and call settings of one subgraph. */
export const subgraph = z
  .strictObject({
    routing_url: routingUrl.optional().describe('GraphQL endpoint of the subgraph.'),
    routing_urls: routingUrls
      .optional()
      .describe(
        'GraphQL endpoints of its instances, if it has several. `routing_url`, which rover needs, is then one of them.',
      ),
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
    timeout: timeLimit.prefault('30s').describe('Time limit of one call, from connecting to the last byte.'),
    retry: retry.optional().describe('Retries of failed queries; mutations are never retried. Off if unset.'),
    circuit_breaker: circuitBreaker
      .optional()
      .describe('Circuit breaker, which stops calls to a failing subgraph. Off if unset.'),
    error_codes: z
      .array(z.string('give a code such as BOOK_SOLD_OUT'), 'give a list of codes')
      .prefault([])
      .describe("Codes of the subgraph's expected errors, whose messages clients see. All others are redacted."),
    error_extensions: z
      .array(z.string('give the name of an extension such as left'), 'give a list of names of extensions')
      .prefault([])
      .describe("Extensions of the subgraph's expected errors that clients see, beside the gateway's own."),
    secret: z
      .union([z.string().regex(SECRET, SECRET_RULE), z.literal(false)], { error: SECRET_RULE })
      .optional()
      .describe('Secret that is sent to the subgraph, or false to send none. Without it, that of SUBGRAPH_SECRET.')
      .meta({ writeOnly: true }),
    compressed_replies: onOff(true).describe(
      'Asks for compressed replies, unless the subgraph is on this machine: there they cost more than they save.',
    ),
    tls: subgraphTls.optional().describe('Certificates for calls of the subgraph, if its address starts with https.'),
    headers: headers.prefault({}).describe('Header rules of this subgraph, applied after those for all subgraphs.'),
  })
  .superRefine(({ routing_url, routing_urls }, context) => {
    if (routing_url === undefined && routing_urls === undefined) {
      context.addIssue({ code: 'custom', path: ['routing_url'], message: ROUTING_RULE });
    } else if (routing_url !== undefined && routing_urls && !routing_urls.includes(routing_url)) {
      const message = 'is not called, because it is none of routing_urls; give one of them, or remove it';
      context.addIssue({ code: 'custom', path: ['routing_url'], message });
    }
  })
  .transform(
    ({
      routing_url,
      routing_urls,
      schema,
      timeout,
      retry,
      circuit_breaker,
      error_codes,
      error_extensions,
      secret,
      compressed_replies,
      tls,
      headers,
    }) => ({
      routingUrl: routing_url ?? routing_urls?.[0] ?? '',
      ...(routing_urls && { routingUrls: routing_urls }),
      schema,
      timeoutMs: timeout,
      ...(retry && { retry }),
      ...(circuit_breaker && { circuitBreaker: circuit_breaker }),
      expectedErrors: { codes: error_codes, extensions: error_extensions },
      ...(secret !== undefined && { secret }),
      compressedReplies: compressed_replies,
      ...(tls && { tls }),
      headers,
    }),
  );

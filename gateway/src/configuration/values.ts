import { MAX_MILLISECONDS } from '@lockstep/runtime/environment.ts';
import { CREDENTIALS_RULE, hasNoCredentials } from '@lockstep/runtime/url-credentials.ts';
import { z } from 'zod';

// Kinds of values in the supergraph file. The JSON Schema generated from them also allows `${env.NAME}` for every value but a
// plain text (json-schema.ts). Defaults are given by `prefault`, as one would write them in the file.

const DURATION = /^(\d+)(ms|s|m)$/;
const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000 };
const DURATION_RULE = 'give a duration such as 500ms, 2s or 1m';

/** A duration, parsed to milliseconds. */
export const duration = z
  .string(DURATION_RULE)
  .regex(DURATION, DURATION_RULE)
  .transform(toMilliseconds)
  .refine((ms) => ms <= MAX_MILLISECONDS, `give at most ${Math.floor(MAX_MILLISECONDS / 60_000)}m, which is 24 days`);

/** A duration of at least a millisecond: within none at all nothing can be done. */
export const timeLimit = duration.refine((ms) => ms > 0, 'give a duration of 1ms or more');

const SIZE = /^(\d+)(b|kb|mb)$/;
const UNIT_BYTES: Readonly<Record<string, number>> = { b: 1, kb: 1024, mb: 1024 * 1024 };
const SIZE_RULE = 'give a size such as 512kb or 2mb';

/** Larger than any memory. Numbers are exact up to here, and far beyond. */
const MAX_BYTES = 2 ** 40;

/** A size of at least a byte, parsed to bytes: with none at all nothing can be done. */
export const sizeLimit = z
  .string(SIZE_RULE)
  .regex(SIZE, SIZE_RULE)
  .transform(toBytes)
  .refine((bytes) => bytes > 0, 'give a size of 1b or more')
  .refine((bytes) => bytes <= MAX_BYTES, `give at most ${MAX_BYTES / 1024 ** 2}mb`);

const HTTP_RULE = 'give an address that starts with http:// or https://';

/** Returns a schema of absolute http and https URLs without credentials, which would be logged and not sent. */
export function httpAddress(rule: string) {
  return z.url({ protocol: /^https?$/, error: rule }).refine(hasNoCredentials, CREDENTIALS_RULE);
}

/** Message for what is no address of a subgraph. */
export const ROUTING_RULE = 'give an address that starts with http://, https:// or unix:///';

/** Address of a subgraph: an http or https URL, or a socket as Apollo Router writes it, `unix:///run/users.sock?path=/graphql`. */
export const routingUrl = z
  .url({ protocol: /^(https?|unix)$/, error: ROUTING_RULE })
  .refine(hasNoCredentials, CREDENTIALS_RULE)
  .refine((url) => !url.startsWith('unix:') || url.startsWith('unix:///'), ROUTING_RULE)
  .meta({ pattern: '^(https?://|unix:///)' });

/** An absolute http or https URL. */
export const httpUrl = httpAddress(HTTP_RULE).meta({ pattern: '^https?://' });

const REDIS_RULE = 'give an address such as redis://127.0.0.1:6379';

/** URL of a Redis server, which may have a user and a password. */
export const redisUrl = z.url({ protocol: /^rediss?$/, error: REDIS_RULE });

/** Returns a schema of `true` and `false`. */
export function onOff(fallback: boolean) {
  return z.boolean('give true or false').default(fallback);
}

/** Returns a schema of whole numbers of at least `minimum`, and at most `maximum` if it is given. */
export function wholeNumber(minimum: number, maximum = Number.MAX_SAFE_INTEGER) {
  const isOpen = maximum === Number.MAX_SAFE_INTEGER;
  const rule = isOpen ? `give a whole number, ${minimum} or more` : `give a whole number from ${minimum} to ${maximum}`;
  return z.int(rule).min(minimum, rule).max(maximum, rule);
}

const HEADER_NAME_RULE = 'give the name of a header';

/** The name of a header, parsed to lower case. */
export const headerName = z
  .string(HEADER_NAME_RULE)
  .regex(/^[\w!#$%&'*+.^`|~-]+$/, HEADER_NAME_RULE)
  .toLowerCase();

const MODULE_RULE = 'give the path of a module, such as ./policies.mts';

/** Path of a module with hooks, relative to the file. */
export const modulePath = z.string(MODULE_RULE).min(1, MODULE_RULE);

/** Parses a {@link duration}. */
function toMilliseconds(text: string): number {
  const [, amount, unit = ''] = DURATION.exec(text) ?? [];
  return Number(amount) * (UNIT_MS[unit] ?? Number.NaN);
}

/** Parses a {@link size}. */
function toBytes(text: string): number {
  const [, amount, unit = ''] = SIZE.exec(text) ?? [];
  return Number(amount) * (UNIT_BYTES[unit] ?? Number.NaN);
}

/** Headers of the gateway's own requests to servers other than subgraphs. */
export const ownHeaders = z
  .array(
    z.strictObject({
      name: headerName.describe('Name of the header.'),
      value: z.string('give a text').describe('Value of the header.').meta({ writeOnly: true }),
    }),
  )
  .default([]);

import { z } from 'zod';
import { ConfigurationError } from './configuration-error.ts';
import { CREDENTIALS_RULE, hasNoCredentials, MASK, withoutCredentials, withoutQuery } from './url-credentials.ts';

/** Names of variables whose values are not shown. */
const SECRET = /_SECRET$|_HEADERS$/;

/**
 * Reads environment variables through a schema.
 *
 * @param variables schema of an object with a key for each variable, which is missing if the variable is unset or blank. Its
 *   messages say what to give instead.
 * @throws {ConfigurationError} listing each wrong variable with its value and what to give instead
 */
export function readEnvironment<Values>(variables: z.ZodType<Values>, env: NodeJS.ProcessEnv): Values {
  const result = variables.safeParse(Object.fromEntries(Object.entries(env).filter(([, text]) => text?.trim())));
  if (result.success) return result.data;
  const mistakes = result.error.issues.map(({ path: [name], message }) => {
    const text = env[String(name)]?.trim() ? (env[String(name)] ?? '') : '';
    return `${String(name)}=${SECRET.test(String(name)) && text ? MASK : withoutQuery(withoutCredentials(text))}: ${message}`;
  });
  throw new ConfigurationError(`The environment can't be used:\n  ${mistakes.join('\n  ')}`);
}

/** Returns a schema of whole numbers in a range. */
export function wholeNumber(
  minimum: number,
  maximum: number,
  rule = `give a whole number from ${minimum} to ${maximum}`,
) {
  return z.coerce.number(rule).int(rule).min(minimum, rule).max(maximum, rule);
}

/** A TCP port; 0 picks a free one. */
export const port = wholeNumber(0, 65_535);

/** Longest delay of a timer, 24 days. A longer one ends at once (https://nodejs.org/api/timers.html#settimeoutcallback-delay-args). */
export const MAX_MILLISECONDS = 2 ** 31 - 1;

/** Returns a schema of a duration in milliseconds, at least `minimum`. */
export function milliseconds(fallback: number, minimum = 0) {
  const rule = `give a whole number of milliseconds from ${minimum} to ${MAX_MILLISECONDS}`;
  return wholeNumber(minimum, MAX_MILLISECONDS, rule).default(fallback);
}

/** The address to listen on. */
export const host = z.string().default('127.0.0.1');

/** An absolute http or https URL without credentials, which would be logged and not sent. */
export const httpUrl = z
  .url({
    protocol: /^https?$/,
    error: 'give an address that starts with http:// or https://',
  })
  .refine(hasNoCredentials, CREDENTIALS_RULE);

const ROUTING_RULE = 'give an address that starts with http://, https:// or unix:///';

/** Address of a subgraph: an http or https URL, or a socket, `unix:///run/users.sock?path=/graphql`. */
const routingUrl = z
  .url({ protocol: /^(https?|unix)$/, error: ROUTING_RULE })
  .refine(hasNoCredentials, CREDENTIALS_RULE)
  .refine((url) => !url.startsWith('unix:') || url.startsWith('unix:///'), ROUTING_RULE);

/** One or more addresses of a subgraph with commas between them. */
export const routingUrls = z
  .string(ROUTING_RULE)
  .transform((list) => list.split(',').map((url) => url.trim()))
  .pipe(z.tuple([routingUrl], routingUrl))
  .refine((urls) => new Set(urls).size === urls.length, 'give each address once');

/** `true` or `false`. */
export const flag = z.enum(['true', 'false'], 'give true or false').transform((text) => text === 'true');

import { z } from 'zod';
import { ConfigurationError } from './configuration-error.ts';

/**
 * Reads environment variables through a schema, so that a process gets them typed, or stops with every mistake named.
 *
 * @param shape one zod type a variable. Each takes the variable's text, or undefined where it is unset or blank, and
 *   says in its message what would do.
 * @throws {ConfigurationError} naming each wrong variable, its value and what would do
 */
export function readEnvironment<Shape extends z.ZodRawShape>(
  shape: Shape,
  env: NodeJS.ProcessEnv,
): z.infer<z.ZodObject<Shape>> {
  const given = Object.fromEntries(Object.keys(shape).map((name) => [name, env[name]?.trim() ? env[name] : undefined]));
  const result = z.object(shape).safeParse(given);
  if (result.success) return result.data;
  const mistakes = result.error.issues.map((issue) => {
    const name = String(issue.path[0]);
    return `${name}=${given[name] ?? ''}: ${issue.message}`;
  });
  throw new ConfigurationError(`The environment can't be used:\n  ${mistakes.join('\n  ')}`);
}

/** A TCP port, 0 for any free one. */
export function port(fallback: number) {
  const rule = 'a port is a whole number from 0 to 65535';
  return z.coerce.number(rule).int(rule).min(0, rule).max(65535, rule).default(fallback);
}

/** A duration in milliseconds, at least `minimum`. */
export function milliseconds(fallback: number, minimum = 0) {
  const rule = `give a whole number of milliseconds, ${minimum} or more`;
  return z.coerce.number(rule).int(rule).min(minimum, rule).default(fallback);
}

/** The address to listen on. */
export const host = z.string().default('127.0.0.1');

/** An absolute http or https URL. */
export function httpUrl(fallback: string) {
  return z
    .url({ protocol: /^https?$/, error: 'give an address that starts with http:// or https://' })
    .default(fallback);
}

/** `true` or `false`. */
export const flag = z.enum(['true', 'false'], 'give true or false').transform((text) => text === 'true');

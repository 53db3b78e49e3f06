import { z } from 'zod';
import { ConfigurationError } from './configuration-error.ts';

/**
 * Reads environment variables through a schema.
 *
 * @param shape a zod type for each variable. It receives the variable's text, or undefined if that is unset or blank, and its
 *   message says what to give instead.
 * @throws {ConfigurationError} listing each wrong variable with its value and what to give instead
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

/** A TCP port; 0 picks a free one. */
export function port(fallback: number) {
  const rule = 'give a whole number from 0 to 65535';
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

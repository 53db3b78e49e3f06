import { z } from 'zod';
import { host, milliseconds } from './environment.ts';
import { MIN_SECRET_LENGTH, sharedSecret } from './http/server/secret.ts';

/** Format of log lines. */
export const logFormat = z.enum(['pretty', 'json'], 'give pretty or json');

/** Minimum level that is logged. */
export const logLevel = z.enum(
  ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'],
  'give trace, debug, info, warn, error or fatal',
);

/** A secret that a subgraph requires of its callers. */
export const secret = z.string().min(MIN_SECRET_LENGTH, `give at least ${MIN_SECRET_LENGTH} characters`);

/** Environment variables that every process reads. */
export const processVariables = {
  NODE_ENV: z
    .enum(['development', 'production', 'test'], 'give development, production or test')
    .default('development'),
  HOST: host,
  DRAIN_DELAY_MS: milliseconds(0),
  LOG_FORMAT: logFormat.optional(),
  LOG_LEVEL: logLevel.default('info'),
  SUBGRAPH_SECRET: secret.optional(),
  SUBGRAPH_SECRET_FILE: z.string().optional(),
};

/** Configuration of a process. */
export interface ProcessConfig {
  /** True in production mode, in which aids for developers are off by default. */
  readonly isProduction: boolean;
  readonly host: string;
  /** See {@link listen}. */
  readonly drainDelayMs: number;
  readonly logging: { readonly format: 'pretty' | 'json'; readonly level: string };
  /** Secret shared by the gateway and the subgraphs; undefined if none is configured. */
  readonly secret: string | undefined;
}

/** Translates the variables of {@link processVariables}, and reads or creates the shared secret. */
export function toProcessConfig(variables: z.infer<z.ZodObject<typeof processVariables>>): ProcessConfig {
  const isProduction = variables.NODE_ENV === 'production';
  return {
    isProduction,
    host: variables.HOST,
    drainDelayMs: variables.DRAIN_DELAY_MS,
    logging: { format: variables.LOG_FORMAT ?? (isProduction ? 'json' : 'pretty'), level: variables.LOG_LEVEL },
    secret: sharedSecret(variables.SUBGRAPH_SECRET, variables.SUBGRAPH_SECRET_FILE),
  };
}

import { z } from 'zod';
import { host, milliseconds } from './environment.ts';
import { MIN_SECRET_LENGTH, sharedSecret } from './http/server/secret.ts';

/** What log lines look like. */
export const logFormat = z.enum(['pretty', 'json'], 'give pretty or json');

/** The least that a line must be about to be logged. */
export const logLevel = z.enum(
  ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'],
  'give trace, debug, info, warn, error or fatal',
);

/** The variables that every process reads, whatever it serves. */
export const processVariables = {
  NODE_ENV: z
    .enum(['development', 'production', 'test'], 'give development, production or test')
    .default('development'),
  HOST: host,
  DRAIN_DELAY_MS: milliseconds(0),
  LOG_FORMAT: logFormat.optional(),
  LOG_LEVEL: logLevel.default('info'),
  SUBGRAPH_SECRET: z
    .string()
    .min(MIN_SECRET_LENGTH, `a shared secret has at least ${MIN_SECRET_LENGTH} characters`)
    .optional(),
  SUBGRAPH_SECRET_FILE: z.string().optional(),
};

/** How one process runs. */
export interface ProcessConfig {
  /** In production mode whatever helps a developer is off unless switched on. */
  readonly isProduction: boolean;
  readonly host: string;
  /** See {@link listen}. */
  readonly drainDelayMs: number;
  readonly logging: { readonly format: 'pretty' | 'json'; readonly level: string };
  /** Shared by the gateway and the subgraphs; undefined where none is configured. */
  readonly secret: string | undefined;
}

/** From the variables to what they mean. */
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

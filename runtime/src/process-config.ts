import { z } from 'zod';
import { host, milliseconds, wholeNumber } from './environment.ts';
import { MIN_SECRET_LENGTH, sharedSecret } from './http/server/secret.ts';
import type { LogFiles } from './logs/write-log-files.ts';

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
  LOG_FILE_MB: wholeNumber(1, 10_000).default(10),
  LOG_FILES_KEPT: wholeNumber(0, 10_000).default(10),
  // pm2's, for the processes that it runs
  pm_out_log_path: z.string().optional(),
  pm_err_log_path: z.string().optional(),
  PROBE_FILE: z.string().optional(),
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
  /** Files that this process writes its logs to, if pm2 runs it. */
  readonly logFiles?: LogFiles;
  /** File to write the URL of the readiness probe to, for the health check of a container. */
  readonly probeFile?: string | undefined;
  /** Secret shared by the gateway and the subgraphs; undefined if none is configured. */
  readonly secret: string | undefined;
}

type Variables = z.infer<z.ZodObject<typeof processVariables>>;

/** Translates the variables of {@link processVariables}, and reads or creates the shared secret. */
export function toProcessConfig(variables: Variables): ProcessConfig {
  const isProduction = variables.NODE_ENV === 'production';
  const logFiles = toLogFiles(variables);
  return {
    isProduction,
    host: variables.HOST,
    drainDelayMs: variables.DRAIN_DELAY_MS,
    logging: { format: variables.LOG_FORMAT ?? (isProduction ? 'json' : 'pretty'), level: variables.LOG_LEVEL },
    ...(logFiles && { logFiles }),
    probeFile: variables.PROBE_FILE,
    secret: sharedSecret(variables.SUBGRAPH_SECRET, variables.SUBGRAPH_SECRET_FILE),
  };
}

function toLogFiles({ pm_out_log_path: out, pm_err_log_path: error, ...variables }: Variables): LogFiles | undefined {
  if (out === undefined || error === undefined || process.send === undefined) return undefined;
  return { out, error, maxBytes: variables.LOG_FILE_MB * 1_000_000, kept: variables.LOG_FILES_KEPT };
}

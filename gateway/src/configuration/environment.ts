import { join, resolve } from 'node:path';
import { flag, port, readEnvironment } from '@lockstep/runtime/environment.ts';
import { type ProcessConfig, processVariables, toProcessConfig } from '@lockstep/runtime/process-config.ts';
import { telemetryVariables } from '@lockstep/runtime/telemetry/telemetry-settings.ts';
import { z } from 'zod';
import { type Override, toOverrides } from './overrides.ts';
import { origin } from './sections/cors.ts';

/** Environment variable that overrides the port of the supergraph file. */
export const PORT_VARIABLE = 'GATEWAY_PORT';
const DEFAULT_SUPERGRAPH_FILE = join(import.meta.dirname, '..', '..', '..', 'supergraph.yaml');

const landingPage = z
  .enum(['true', 'false', 'sandbox', 'graphiql'], 'give true, sandbox, graphiql or false')
  .transform((text) => (text === 'true' || text === 'false' ? text === 'true' : text));

const origins = z
  .string()
  .transform((list) => list.split(',').map((text) => text.trim()))
  .pipe(z.array(origin));

/** Configuration of the gateway's process; the supergraph file configures the rest. */
export interface Config extends ProcessConfig {
  readonly supergraphFile: string;
  /** File in which the gateway processes that pm2 runs add up what they count; undefined if pm2 doesn't run this one. */
  readonly totalsFile: string | undefined;
  /** Values of `${env.NAME}` in the supergraph file. */
  readonly env: NodeJS.ProcessEnv;
  /** Settings of that file that the environment overrides. */
  readonly overrides: readonly Override[];
}

/**
 * Reads the gateway's configuration from the environment, and turns off its dependencies' telemetry there.
 *
 * @throws {ConfigurationError} if a variable has a wrong value
 */
export function readConfig(env = process.env): Config {
  // @apollo/gateway sends usage data to its vendor unless this is set before the first gateway is created.
  env.APOLLO_TELEMETRY_DISABLED = '1';
  const variables = readEnvironment(
    z.object({
      ...processVariables,
      ...telemetryVariables,
      [PORT_VARIABLE]: port.optional(),
      SUPERGRAPH_FILE: z.string().default(DEFAULT_SUPERGRAPH_FILE),
      INTROSPECTION: flag.optional(),
      LANDING_PAGE: landingPage.optional(),
      CORS_ORIGINS: origins.optional(),
    }),
    env,
  );
  const process = toProcessConfig(variables);
  const overrides = toOverrides({
    host: env.HOST?.trim() ? variables.HOST : undefined, // its default must not override the file
    port: variables[PORT_VARIABLE],
    introspection: variables.INTROSPECTION,
    landingPage: variables.LANDING_PAGE,
    corsOrigins: variables.CORS_ORIGINS,
    logFormat: variables.LOG_FORMAT,
    logLevel: env.LOG_LEVEL?.trim() ? variables.LOG_LEVEL : undefined,
    telemetry: variables,
    isProduction: process.isProduction,
  });
  return {
    ...process,
    supergraphFile: resolve(variables.SUPERGRAPH_FILE),
    totalsFile: totalsFileOf(env),
    env,
    overrides,
  };
}

/** Processes of one app of pm2 share a file in its folder. */
function totalsFileOf({ PM2_HOME: folder, name, pm_id }: NodeJS.ProcessEnv): string | undefined {
  return folder && name && pm_id ? join(folder, `${name}-metrics.sqlite`) : undefined;
}

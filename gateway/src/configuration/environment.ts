import { join, resolve } from 'node:path';
import { flag, port, readEnvironment } from '@lockstep/runtime/environment.ts';
import { type ProcessConfig, processVariables, toProcessConfig } from '@lockstep/runtime/process-config.ts';
import { z } from 'zod';
import { type Override, toOverrides } from './overrides.ts';
import { origin } from './sections/cors.ts';

/** Changes the port, whatever the supergraph file says. */
export const PORT_VARIABLE = 'GATEWAY_PORT';
const DEFAULT_SUPERGRAPH_FILE = join(import.meta.dirname, '..', '..', '..', 'supergraph.yaml');

const landingPage = z
  .enum(['true', 'false', 'sandbox', 'graphiql'], 'give true, sandbox, graphiql or false')
  .transform((text) => (text === 'true' || text === 'false' ? text === 'true' : text));

const origins = z
  .string()
  .transform((list) => list.split(',').map((text) => text.trim()))
  .pipe(z.array(origin));

/** How the gateway's process runs. What it serves, and how, stands in the supergraph file. */
export interface Config extends ProcessConfig {
  readonly supergraphFile: string;
  /** What `${env.NAME}` in the supergraph file stands for. */
  readonly env: NodeJS.ProcessEnv;
  /** The settings of that file that the environment decides. */
  readonly overrides: readonly Override[];
}

export function readConfig(env = process.env): Config {
  // @apollo/gateway sends usage data to its vendor unless this is set before the first gateway is made.
  env.APOLLO_TELEMETRY_DISABLED = '1';
  const variables = readEnvironment(
    z.object({
      ...processVariables,
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
    host: env.HOST?.trim() ? variables.HOST : undefined, // only what is set wins over the file
    port: variables[PORT_VARIABLE],
    introspection: variables.INTROSPECTION,
    landingPage: variables.LANDING_PAGE,
    corsOrigins: variables.CORS_ORIGINS,
    logFormat: variables.LOG_FORMAT,
    logLevel: env.LOG_LEVEL?.trim() ? variables.LOG_LEVEL : undefined,
    isProduction: process.isProduction,
  });
  return { ...process, supergraphFile: resolve(variables.SUPERGRAPH_FILE), env, overrides };
}

import { join, resolve } from 'node:path';
import { flag, port, readEnvironment } from '@lockstep/runtime/environment.ts';
import { type ProcessConfig, processVariables, toProcessConfig } from '@lockstep/runtime/process-config.ts';
import { z } from 'zod';

const PORT_VARIABLE = 'GATEWAY_PORT';
const DEFAULT_SUPERGRAPH_FILE = join(import.meta.dirname, '..', '..', '..', 'supergraph.yaml');

/** How the gateway's process runs. Which subgraphs it serves stands in the supergraph file. */
export interface Config extends ProcessConfig {
  readonly port: number;
  readonly portVariable: string;
  readonly supergraphFile: string;
  /** What `${env.NAME}` in the supergraph file stands for. */
  readonly env: NodeJS.ProcessEnv;
  /** Whether clients may ask for the schema. */
  readonly introspection: boolean;
  /** Whether a browser gets Apollo Sandbox. */
  readonly landingPage: boolean;
  /** The origins whose pages may call, or undefined for Apollo Sandbox and whatever runs on this machine. */
  readonly corsOrigins: readonly string[] | undefined;
}

export function readConfig(env = process.env): Config {
  // @apollo/gateway sends usage data to its vendor unless this is set before the first gateway is made.
  env.APOLLO_TELEMETRY_DISABLED = '1';
  const variables = readEnvironment(
    {
      ...processVariables,
      [PORT_VARIABLE]: port(4000),
      SUPERGRAPH_FILE: z.string().default(DEFAULT_SUPERGRAPH_FILE),
      INTROSPECTION: flag.optional(),
      LANDING_PAGE: flag.optional(),
      CORS_ORIGINS: z.string().optional(),
    },
    env,
  );
  const process = toProcessConfig(variables);
  return {
    ...process,
    port: variables[PORT_VARIABLE],
    portVariable: PORT_VARIABLE,
    supergraphFile: resolve(variables.SUPERGRAPH_FILE),
    env,
    introspection: variables.INTROSPECTION ?? !process.isProduction,
    landingPage: variables.LANDING_PAGE ?? !process.isProduction,
    corsOrigins: toOrigins(variables.CORS_ORIGINS, process.isProduction),
  };
}

function toOrigins(list: string | undefined, isProduction: boolean): string[] | undefined {
  if (list === undefined) return isProduction ? [] : undefined;
  return list.split(',').map((origin) => origin.trim());
}

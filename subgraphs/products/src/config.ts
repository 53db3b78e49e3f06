import { join } from 'node:path';
import { port, readEnvironment } from '@lockstep/runtime/environment.ts';
import { type ProcessConfig, processVariables, toProcessConfig } from '@lockstep/runtime/process-config.ts';
import { failpoint, readFailpoint } from '@lockstep/subgraph-kit/failpoint.ts';
import { z } from 'zod';
import { type FailpointName, failpoints } from './failpoints.ts';

const PORT_VARIABLE = 'PRODUCTS_PORT';
const DEFAULT_DATABASE = join(import.meta.dirname, '..', 'data', 'products.sqlite');

export interface Config extends ProcessConfig {
  readonly port: number;
  readonly portVariable: string;
  /** The database file, or `:memory:`. */
  readonly databasePath: string;
  /** Where the process ends itself, for a test. */
  readonly failpoint: FailpointName | undefined;
}

export function readConfig(env = process.env): Config {
  const variables = readEnvironment(
    {
      ...processVariables,
      [PORT_VARIABLE]: port(4003),
      PRODUCTS_DATABASE: z.string().default(DEFAULT_DATABASE),
      FAILPOINT: failpoint(failpoints),
    },
    env,
  );
  return {
    ...toProcessConfig(variables),
    port: variables[PORT_VARIABLE],
    portVariable: PORT_VARIABLE,
    databasePath: variables.PRODUCTS_DATABASE,
    failpoint: readFailpoint(variables),
  };
}

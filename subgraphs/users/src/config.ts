import { join } from 'node:path';
import { port, readEnvironment } from '@lockstep/runtime/environment.ts';
import { type ProcessConfig, processVariables, toProcessConfig } from '@lockstep/runtime/process-config.ts';
import { z } from 'zod';

const PORT_VARIABLE = 'USERS_PORT';
const DEFAULT_DATABASE = join(import.meta.dirname, '..', 'data', 'users.sqlite');

export interface Config extends ProcessConfig {
  readonly port: number;
  readonly portVariable: string;
  /** The database file, or `:memory:`. */
  readonly databasePath: string;
}

export function readConfig(env = process.env): Config {
  const variables = readEnvironment(
    {
      ...processVariables,
      [PORT_VARIABLE]: port(4001),
      USERS_DATABASE: z.string().default(DEFAULT_DATABASE),
    },
    env,
  );
  return {
    ...toProcessConfig(variables),
    port: variables[PORT_VARIABLE],
    portVariable: PORT_VARIABLE,
    databasePath: variables.USERS_DATABASE,
  };
}

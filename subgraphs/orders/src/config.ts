import { join } from 'node:path';
import { httpUrl, milliseconds, port, readEnvironment } from '@lockstep/runtime/environment.ts';
import { type ProcessConfig, processVariables, toProcessConfig } from '@lockstep/runtime/process-config.ts';
import { z } from 'zod';

const PORT_VARIABLE = 'ORDERS_PORT';
const DEFAULT_DATABASE = join(import.meta.dirname, '..', 'data', 'orders.sqlite');

export interface Config extends ProcessConfig {
  readonly port: number;
  readonly portVariable: string;
  /** The database file, or `:memory:`. */
  readonly databasePath: string;
  /** Where to ask whether a user exists, and how long to wait for the answer. */
  readonly users: { readonly url: string; readonly timeoutMs: number };
}

export function readConfig(env = process.env): Config {
  const variables = readEnvironment(
    {
      ...processVariables,
      [PORT_VARIABLE]: port(4002),
      ORDERS_DATABASE: z.string().default(DEFAULT_DATABASE),
      USERS_URL: httpUrl('http://127.0.0.1:4001/graphql'),
      USERS_TIMEOUT_MS: milliseconds(2000, 1),
    },
    env,
  );
  return {
    ...toProcessConfig(variables),
    port: variables[PORT_VARIABLE],
    portVariable: PORT_VARIABLE,
    databasePath: variables.ORDERS_DATABASE,
    users: { url: variables.USERS_URL, timeoutMs: variables.USERS_TIMEOUT_MS },
  };
}

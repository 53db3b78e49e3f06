import { join } from 'node:path';
import { httpUrl, milliseconds, port, readEnvironment } from '@lockstep/runtime/environment.ts';
import { type ProcessConfig, processVariables, toProcessConfig } from '@lockstep/runtime/process-config.ts';
import { failpoint, readFailpoint } from '@lockstep/subgraph-kit/failpoint.ts';
import { z } from 'zod';
import { type FailpointName, failpoints } from './failpoints.ts';

const PORT_VARIABLE = 'ORDERS_PORT';
const DEFAULT_DATABASE = join(import.meta.dirname, '..', 'data', 'orders.sqlite');

export interface Config extends ProcessConfig {
  readonly port: number;
  readonly portVariable: string;
  /** The database file, or `:memory:`. */
  readonly databasePath: string;
  /** Where to ask whether a user exists, and how long to wait for the answer. */
  readonly users: { readonly url: string; readonly timeoutMs: number };
  /** Where stock is reserved and released, and how long to wait for one answer. */
  readonly products: { readonly url: string; readonly timeoutMs: number };
  /** How long a checkout takes at most; then the sweep ends it. */
  readonly checkoutTimeoutMs: number;
  /** Where the process ends itself, for a test. */
  readonly failpoint: FailpointName | undefined;
}

export function readConfig(env = process.env): Config {
  const variables = readEnvironment(
    {
      ...processVariables,
      [PORT_VARIABLE]: port(4002),
      ORDERS_DATABASE: z.string().default(DEFAULT_DATABASE),
      USERS_URL: httpUrl('http://127.0.0.1:4001/graphql'),
      USERS_TIMEOUT_MS: milliseconds(2000, 1),
      PRODUCTS_URL: httpUrl('http://127.0.0.1:4003/graphql'),
      PRODUCTS_TIMEOUT_MS: milliseconds(2000, 1),
      CHECKOUT_TIMEOUT_MS: milliseconds(4000, 1),
      FAILPOINT: failpoint(failpoints),
    },
    env,
  );
  return {
    ...toProcessConfig(variables),
    port: variables[PORT_VARIABLE],
    portVariable: PORT_VARIABLE,
    databasePath: variables.ORDERS_DATABASE,
    users: { url: variables.USERS_URL, timeoutMs: variables.USERS_TIMEOUT_MS },
    products: { url: variables.PRODUCTS_URL, timeoutMs: variables.PRODUCTS_TIMEOUT_MS },
    checkoutTimeoutMs: variables.CHECKOUT_TIMEOUT_MS,
    failpoint: readFailpoint(variables),
  };
}

import { httpUrl, milliseconds } from '@lockstep/runtime/environment.ts';
import { secret } from '@lockstep/runtime/process-config.ts';
import { z } from 'zod';

/** Configuration that only the orders subgraph has, and the environment variables that it is read from. */
export const config = z
  .object({
    USERS_URL: httpUrl,
    USERS_TIMEOUT_MS: milliseconds(2000, 1),
    USERS_SECRET: secret.optional(),
    PRODUCTS_URL: httpUrl,
    PRODUCTS_TIMEOUT_MS: milliseconds(2000, 1),
    PRODUCTS_SECRET: secret.optional(),
    CHECKOUT_TIMEOUT_MS: milliseconds(4000, 1),
  })
  .transform(
    (variables): Config => ({
      users: {
        url: variables.USERS_URL,
        timeoutMs: variables.USERS_TIMEOUT_MS,
        secret: variables.USERS_SECRET,
      },
      products: {
        url: variables.PRODUCTS_URL,
        timeoutMs: variables.PRODUCTS_TIMEOUT_MS,
        secret: variables.PRODUCTS_SECRET,
      },
      checkoutTimeoutMs: variables.CHECKOUT_TIMEOUT_MS,
    }),
  );

export interface Config {
  /** Subgraph that knows if a user exists. */
  readonly users: Peer;
  /** Subgraph that reserves and releases stock. */
  readonly products: Peer;
  /** Time that a checkout may take. The sweep ends one that takes longer. */
  readonly checkoutTimeoutMs: number;
}

/** A subgraph that orders calls, and the time that one call may take. */
export interface Peer {
  readonly url: string;
  readonly timeoutMs: number;
  /** Secret of its own; undefined if it has the shared one. */
  readonly secret: string | undefined;
}

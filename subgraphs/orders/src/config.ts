import { milliseconds } from '@lockstep/runtime/environment.ts';
import { type Peers, peers } from '@lockstep/subgraph-kit/peers.ts';
import { z } from 'zod';

/** Configuration that only the orders subgraph has: users knows if a user exists, products reserves and releases stock. */
export interface Config extends Peers<'users' | 'products'> {
  /** Time that a checkout may take. The sweep ends one that takes longer. */
  readonly checkoutTimeoutMs: number;
}

const checkoutTimeout = z
  .object({ CHECKOUT_TIMEOUT_MS: milliseconds(4000, 1) })
  .transform((variables) => ({ checkoutTimeoutMs: variables.CHECKOUT_TIMEOUT_MS }));

/** Schema of the environment variables that only the orders subgraph has. */
export const config: z.ZodType<Config> = peers('users', 'products').and(checkoutTimeout);

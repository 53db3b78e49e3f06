import { milliseconds } from '@lockstep/runtime/environment.ts';
import { type Peers, peers } from '@lockstep/subgraph-kit/peers.ts';
import { z } from 'zod';
import { NODE_OWNERS } from './node-owners.generated.ts';

/** Name of a subgraph that orders calls: for its mutations, or because it owns nodes. */
export type PeerName = Exclude<'users' | 'products' | (typeof NODE_OWNERS)[keyof typeof NODE_OWNERS], 'orders'>;

/** Configuration that only the orders subgraph has: users knows if a user exists, products reserves and releases stock. */
export interface Config extends Peers<PeerName> {
  /** Time that a checkout may take. The sweep ends one that takes longer. */
  readonly checkoutTimeoutMs: number;
}

const checkoutTimeout = z
  .object({ CHECKOUT_TIMEOUT_MS: milliseconds(4000, 1) })
  .transform((variables) => ({ checkoutTimeoutMs: variables.CHECKOUT_TIMEOUT_MS }));

const owners = Object.values(NODE_OWNERS).filter((name) => name !== 'orders');
const names = new Set<PeerName>(['users', 'products', ...owners]);

/** Schema of the environment variables that only the orders subgraph has. */
export const config: z.ZodType<Config> = peers(...names).and(checkoutTimeout);

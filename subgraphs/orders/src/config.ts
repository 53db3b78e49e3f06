import { httpUrl, milliseconds } from '@lockstep/runtime/environment.ts';
import { secret } from '@lockstep/runtime/process-config.ts';
import { variablePrefix } from '@lockstep/subgraph-kit/variable-prefix.ts';
import { z } from 'zod';
import { NODE_OWNERS } from './node-owners.generated.ts';

/** Name of a subgraph that orders calls: for its mutations, or to find nodes. */
export type PeerName = Exclude<'users' | 'products' | (typeof NODE_OWNERS)[keyof typeof NODE_OWNERS], 'orders'>;

const PEERS = new Set<PeerName>([
  'users',
  'products',
  ...Object.values(NODE_OWNERS).filter((name) => name !== 'orders'),
]);

/** A subgraph that orders calls, and the time that one call may take. */
export interface Peer {
  readonly url: string;
  readonly timeoutMs: number;
  /** Secret of its own; undefined if it has the shared one. */
  readonly secret: string | undefined;
}

export interface Config {
  readonly peers: Readonly<Record<PeerName, Peer>>;
  /** Time that a checkout may take. The sweep ends one that takes longer. */
  readonly checkoutTimeoutMs: number;
}

/** Returns the variables of one peer, such as `USERS_URL`. */
function peer(name: PeerName): z.ZodType<Record<string, Peer>> {
  const prefix = variablePrefix(name);
  const url = `${prefix}_URL`;
  const timeout = `${prefix}_TIMEOUT_MS`;
  const own = `${prefix}_SECRET`;
  const variables = z
    .object({ [url]: httpUrl })
    .and(z.object({ [timeout]: milliseconds(2000, 1) }))
    .and(z.object({ [own]: secret.optional() }));
  return variables.transform((read) => ({
    [name]: { url: String(read[url]), timeoutMs: Number(read[timeout]), secret: read[own] },
  }));
}

/** Configuration that only the orders subgraph has, and the environment variables that it is read from. */
export const config: z.ZodType<Config> = [...PEERS]
  .map(peer)
  .reduce((all, each) => all.and(each))
  .and(z.object({ CHECKOUT_TIMEOUT_MS: milliseconds(4000, 1) }).transform((read) => ({ read })))
  .transform(({ read, ...peers }) => ({
    peers: peers as Record<PeerName, Peer>,
    checkoutTimeoutMs: read.CHECKOUT_TIMEOUT_MS,
  }));

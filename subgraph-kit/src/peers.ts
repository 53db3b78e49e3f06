import { milliseconds, routingUrls } from '@lockstep/runtime/environment.ts';
import { secret } from '@lockstep/runtime/process-config.ts';
import { z } from 'zod';
import { variablePrefix } from './variable-prefix.ts';

/** Another subgraph that this one calls, and the time that one call may take. */
export interface Peer {
  /** Addresses of its instances, or its only one. */
  readonly urls: readonly [string, ...string[]];
  readonly timeoutMs: number;
  /** Secret of its own; undefined if it has the shared one. */
  readonly secret: string | undefined;
}

/** Configuration of a subgraph that calls others. */
export interface Peers<Name extends string> {
  readonly peers: Readonly<Record<Name, Peer>>;
}

/** Reads how to call these subgraphs: for `users`, from `USERS_URL` (an address, or several with
 * commas between them), `USERS_TIMEOUT_MS` (2 s by default) and `USERS_SECRET`. */
export function peers<Name extends string>(...names: readonly Name[]): z.ZodType<Peers<Name>> {
  const none: z.ZodType<object> = z.object({});
  return names
    .map(peer)
    .reduce((all, each) => all.and(each), none)
    .transform((read) => ({ peers: read as Record<Name, Peer> }));
}

function peer(name: string): z.ZodType<object> {
  const prefix = variablePrefix(name);
  const [url, timeout, own] = [`${prefix}_URL`, `${prefix}_TIMEOUT_MS`, `${prefix}_SECRET`];
  return z
    .object({ [url]: routingUrls, [timeout]: milliseconds(2000, 1), [own]: secret.optional() })
    .transform((read) => ({ [name]: { urls: read[url], timeoutMs: read[timeout], secret: read[own] } }));
}

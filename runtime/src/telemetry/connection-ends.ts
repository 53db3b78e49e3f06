import type { Socket } from 'node:net';

/** Addresses of a connection. They are undefined for a Unix socket, and once it is closed. */
export interface ConnectionEnds {
  readonly localAddress: string | undefined;
  readonly localPort: number | undefined;
  readonly remoteAddress: string | undefined;
}

/**
 * Returns the addresses of a connection. To be asked for all requests, though only those that are sampled need it: a socket that
 * was asked is of another kind for V8, and what handles sockets of a few kinds is compiled better than what handles many.
 */
export function endsOf({ localAddress, localPort, remoteAddress }: Socket): ConnectionEnds {
  return { localAddress, localPort, remoteAddress };
}

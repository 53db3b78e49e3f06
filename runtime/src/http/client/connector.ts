import type { buildConnector as Connector } from 'undici';
// undici's entry also loads fetch: see connections.ts.
import buildConnector from 'undici/lib/core/connect.js';
import { MIN_TLS_VERSION, type TlsMaterial } from '../tls.ts';

/** Options of the connections to one server. */
export interface ConnectOptions {
  /** Time limit of connecting; undici's own, 10 s, if undefined. */
  readonly timeout?: number | undefined;
  /** Path of the socket to connect to; undefined for TCP. */
  readonly socketPath?: string | undefined;
  /** Returns what to show and to trust, for servers that speak TLS; called for each connection, so that it may be renewed. */
  readonly tls?: (() => TlsMaterial) | undefined;
}

/** Returns a function that opens connections. */
export function connectorOf({ timeout, socketPath, tls }: ConnectOptions): Connector.connector {
  const given = {
    minVersion: MIN_TLS_VERSION,
    ...(timeout !== undefined && { timeout }),
    ...(socketPath !== undefined && { socketPath }),
  };
  let material = tls?.();
  let connect = buildConnector({ ...given, ...material });
  return (options, callback) => {
    const now = tls?.();
    if (now !== material) {
      material = now;
      connect = buildConnector({ ...given, ...material });
    }
    return connect(options, callback);
  };
}

import type { Dispatcher } from 'undici';
// undici's entry also loads fetch, WebSocket, caches and mocks: 0.04 s of each start, and 2 MB.
import Client from 'undici/lib/dispatcher/client.js';
import Pool from 'undici/lib/dispatcher/pool.js';
import { type ConnectOptions, connectorOf } from './connector.ts';
import type { ReuseAwareOptions } from './post.ts';

const MAX_CONNECTIONS = 256;

/** Time after which idle connections are closed: well before a stopping server closes them (see server.ts), so that no
 * request goes out on one that is going away; and short, because a subgraph that is restarted waits for it. */
const IDLE_CONNECTION_MS = 250;

/** Shortest `keep-alive` timeout of a server that never closes a connection which we still use. */
const KEPT_LONG_ENOUGH_S = 1;

/** Connections to one server. */
export class Connections {
  /** Reuses connections. A request can meet one that the server is just closing. */
  readonly kept: Dispatcher;
  /** Opens a connection for each request. */
  readonly fresh: Dispatcher;
  #keepAlive = '';
  /** True at first: the first request finds no connection to reuse, and its reply has the server's `keep-alive`. */
  #isKeptByServer = true;

  /** @param connecting undefined for undici's own way */
  constructor(origin: string, connecting?: ConnectOptions) {
    const connect = connecting ? connectorOf(connecting) : {};
    const options = { connections: MAX_CONNECTIONS, headersTimeout: 0, bodyTimeout: 0, connect };
    this.kept = new Pool(origin, {
      ...options,
      keepAliveTimeout: IDLE_CONNECTION_MS,
      keepAliveMaxTimeout: IDLE_CONNECTION_MS,
      factory: (url, clientOptions) => new AttentiveClient(url, clientOptions),
    });
    this.fresh = new Pool(origin, { ...options, pipelining: 0 });
  }

  /**
   * Connections for a request that must not be sent twice and so must not meet one that is being closed: kept ones if the
   * server says that it keeps them longer than we do, else new ones, which cost 0.1 ms.
   */
  get certain(): Dispatcher {
    return this.#isKeptByServer ? this.kept : this.fresh;
  }

  /** Notes the `keep-alive` header of a reply that came over a kept connection. */
  noteKeepAlive(header: string | string[] = ''): void {
    if (header !== '' && header === this.#keepAlive) return;
    const value = String(header);
    this.#keepAlive = value;
    this.#isKeptByServer = Number(/timeout=(\d+)/.exec(value)?.[1] ?? 0) >= KEPT_LONG_ENOUGH_S;
  }

  async close(): Promise<void> {
    await Promise.all([this.kept.close(), this.fresh.close()]);
  }
}

/** Tells each request if it reuses a connection. */
class AttentiveClient extends Client {
  #isConnected = false;

  constructor(url: URL, options: Client.Options) {
    super(url, options);
    this.on('connect', () => {
      this.#isConnected = true;
    });
    this.on('disconnect', () => {
      this.#isConnected = false;
    });
  }

  override dispatch(options: ReuseAwareOptions, handler: Dispatcher.DispatchHandler): boolean {
    options.noteReuse?.(this.#isConnected);
    return super.dispatch(options, handler);
  }
}

import { Client, type Dispatcher, Pool } from 'undici';
import { isReuseAware } from './post.ts';

const MAX_CONNECTIONS = 256;

/** Idle connections are closed here, well before a stopping server would close them (see server.ts), so that no request
 * goes out on one that is going away; and soon, because a subgraph that is restarted waits for it. */
const IDLE_CONNECTION_MS = 250;

/** A server that says it keeps idle connections for so long never closes one that we still use. */
const KEPT_LONG_ENOUGH_S = 1;

/** The connections to one server. */
export class Connections {
  /** Kept alive. A request can meet one that the server is just closing. */
  readonly kept: Dispatcher;
  /** A new one for each request. */
  readonly fresh: Dispatcher;
  #keepAlive = '';
  /** The first request finds no connection that it could reuse, and its reply says what the server does. */
  #isKeptByServer = true;

  constructor(origin: string) {
    const options = { connections: MAX_CONNECTIONS, headersTimeout: 0, bodyTimeout: 0 };
    this.kept = new Pool(origin, {
      ...options,
      keepAliveTimeout: IDLE_CONNECTION_MS,
      keepAliveMaxTimeout: IDLE_CONNECTION_MS,
      factory: (url, clientOptions) => new AttentiveClient(url, clientOptions),
    });
    this.fresh = new Pool(origin, { ...options, pipelining: 0 });
  }

  /**
   * For what must not be sent twice, and so not meet a connection that is being closed: a kept one where the server says
   * that it keeps them longer than we do, else a new one, which costs 0.1 ms.
   */
  get certain(): Dispatcher {
    return this.#isKeptByServer ? this.kept : this.fresh;
  }

  /** Takes note of what the reply to a request over a kept connection says of it in its header `keep-alive`. */
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

/** Tells each request whether it finds a connection, which has then served others before. */
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

  override dispatch(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): boolean {
    if (isReuseAware(handler)) handler.isReused = this.#isConnected;
    return super.dispatch(options, handler);
  }
}

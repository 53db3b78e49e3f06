import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { Server as NetServer, type Socket } from 'node:net';
import { setTimeout as delay, setImmediate as turn } from 'node:timers/promises';
import { TransientMap } from '../../caching/transient-map.ts';
import { ConfigurationError } from '../../configuration-error.ts';
import { MIN_TLS_VERSION, type TlsMaterial } from '../tls.ts';
import { CLIENT_LIMITS, type ClientLimits, limitClients, serverOptionsOf } from './client-limits.ts';
import { describePortHolder } from './port-holder.ts';
import { removeStaleSocket, restrictSocket } from './socket-file.ts';

/** `createServer` of node:http, which an import gives at a price: Node then loads its own `fetch` too, 40 ms of CPU and 6 MB a
 * process (https://github.com/nodejs/node/issues/59686, seen in 24.21). */
const { createServer } = process.getBuiltinModule('node:http');
const https = () => process.getBuiltinModule('node:https');

/** Responds to an HTTP request. A rejection ends the process, so handlers respond to failures themselves. */
export type Handler = (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;

/** A listening server. */
export interface Listening {
  /** Port that it listens on, also if 0 was requested. */
  readonly port: number;
  /** Uses another certificate for connections from now on, if it speaks TLS. */
  renew(tls: TlsMaterial): void;
  /** Stops without losing a request that was sent before the call. */
  stop(): Promise<void>;
}

/** Idle time of connections: longer than that of load balancers and of our own clients. They close connections first, so no
 * request meets a socket that is being closed. */
const KEEP_ALIVE_TIMEOUT_MS = 65_000;

/** Time for which a stopping server still responds on idle connections: longer than our own clients keep them (see
 * subgraph-client.ts), so that they close first. */
const LINGER_MS = 500;

/** Time for which a stopping server waits for requests in flight. */
const FINISH_TIMEOUT_MS = 10_000;

/** Address of a server, and its behaviour at the stop. */
export interface ListenOptions {
  readonly host: string;
  readonly port: number;
  /** Path of the socket to listen on instead of host and port. */
  readonly socketPath?: string | undefined;
  /** Environment variable that changes the port, for the message if the port is in use. */
  readonly portVariable: string;
  /** Time for which a stopping server still accepts connections while it asks clients to close theirs, because load balancers
   * take a moment to send requests elsewhere. */
  readonly drainDelayMs: number;
  /** Certificate and key, if it speaks TLS; with authorities, clients are asked for a certificate of them. */
  readonly tls?: TlsMaterial | undefined;
}

/**
 * Listens on `host:port`.
 *
 * @throws {ConfigurationError} if it can't listen there
 */
export async function listen(
  handler: Handler,
  options: ListenOptions,
  limits: ClientLimits = CLIENT_LIMITS,
): Promise<Listening> {
  let phase: 'open' | 'draining' | 'closing' = 'open';
  const unfinished = new TransientMap<ServerResponse, true>();
  const serverOptions = { keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS, ...serverOptionsOf(limits) };
  const take = (request: IncomingMessage, response: ServerResponse) => {
    if (phase !== 'open') response.shouldKeepAlive = false;
    unfinished.set(response, true);
    // Not `once`, here and elsewhere: it happens once anyway, and a listener that removes itself costs 0.3 µs.
    response.on('close', () => {
      unfinished.delete(response);
      if (phase === 'closing') server.closeIdleConnections(); // connections that were idle have been closed before
    });
    void handler(request, response);
  };
  const { tls } = options;
  const secure =
    tls &&
    https().createServer({ ...serverOptions, ...toServerOptions(tls), handshakeTimeout: limits.headersMs }, take);
  const server = secure ?? createServer(serverOptions, take);
  limitClients(server, unfinished, limits);
  const sockets = openSockets(server, secure ? 'secureConnection' : 'connection');
  const { socketPath } = options;
  if (socketPath !== undefined) await removeStaleSocket(socketPath, (await import('node:cluster')).default.isWorker);
  const port = await bind(server, options);
  if (socketPath !== undefined) restrictSocket(socketPath);
  return {
    port,
    renew: (next) => secure?.setSecureContext(toServerOptions(next)),
    async stop() {
      const askToLeave = () => {
        phase = 'draining';
        for (const response of unfinished.keys()) response.shouldKeepAlive = false;
      };
      if (options.drainDelayMs > 0) {
        askToLeave();
        await delay(options.drainDelayMs);
      }
      await emptyAcceptQueue();
      const closed = stopListening(server);
      askToLeave();
      const closing = setTimeout(() => {
        phase = 'closing';
        server.closeIdleConnections();
        closeSilent(sockets);
      }, LINGER_MS);
      const overdue = setTimeout(() => server.closeAllConnections(), FINISH_TIMEOUT_MS);
      await closed;
      clearTimeout(closing);
      clearTimeout(overdue);
    },
  };
}

/** A client without a certificate is told so by HTTP, see client-certificate.ts. */
function toServerOptions(tls: TlsMaterial) {
  return { ...tls, minVersion: MIN_TLS_VERSION, requestCert: tls.ca !== undefined, rejectUnauthorized: false };
}

/**
 * Waits until the process has accepted the connections in the system's queue, which closing the listening socket would reset.
 * A turn of the event loop accepts all of them, and a short turn means that no new ones arrived. Of 100 stops under 120 new
 * connections per second, 8 lost a request without this, and 2 with it.
 */
async function emptyAcceptQueue(): Promise<void> {
  for (let turns = 0; turns < 100; turns += 1) {
    const start = performance.now();
    await turn();
    if (performance.now() - start < 0.2) return;
  }
}

/** Stops accepting connections. `server.close()` would also close idle ones since Node 19, and lose requests on their way:
 * https://nodejs.org/api/http.html#serverclosecallback */
function stopListening(server: Server): Promise<unknown> {
  return new Promise((resolve) => NetServer.prototype.close.call(server, resolve));
}

function openSockets(server: Server, opened: 'connection' | 'secureConnection'): ReadonlySet<Socket> {
  const sockets = new Set<Socket>();
  server.on(opened, (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  return sockets;
}

/** Closes connections that never sent a byte, such as those that browsers open in advance. Node takes them for busy. */
function closeSilent(sockets: ReadonlySet<Socket>): void {
  for (const socket of sockets) if (socket.bytesRead === 0) socket.destroy();
}

function bind(server: Server, options: ListenOptions): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(bindingError(error, options)));
    const { port, host, socketPath } = options;
    server.listen(socketPath === undefined ? { port, host } : { path: socketPath }, () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : options.port);
    });
  });
}

function bindingError(error: NodeJS.ErrnoException, { host, port, socketPath, portVariable }: ListenOptions): Error {
  if (socketPath !== undefined) return new ConfigurationError(`${socketPath} can't be listened on: ${error.message}`);
  if (error.code === 'EADDRINUSE') {
    const holder = describePortHolder(port);
    const by = holder === undefined ? '' : ` by ${holder}`;
    return new ConfigurationError(
      `Port ${port} on ${host} is in use${by}. Stop the process that listens there, or set ${portVariable} to another port.`,
    );
  }
  if (error.code === 'EACCES') {
    return new ConfigurationError(
      `Port ${port} on ${host} needs privileges. Set ${portVariable} to a port above 1023.`,
    );
  }
  if (error.code === 'EADDRNOTAVAIL' || error.code === 'ENOTFOUND') {
    return new ConfigurationError(`${host} is not an address of this machine. Set HOST to one that is.`);
  }
  return error;
}

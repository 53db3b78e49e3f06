import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { Server as NetServer, type Socket } from 'node:net';
import { setTimeout as delay, setImmediate as turn } from 'node:timers/promises';
import { ConfigurationError } from '../../configuration-error.ts';
import { CLIENT_LIMITS, type ClientLimits, limitClients, serverOptionsOf } from './client-limits.ts';

/** `createServer` of node:http, which an import gives at a price: Node then loads its own `fetch` too, 40 ms of CPU and 6 MB a
 * process (https://github.com/nodejs/node/issues/59686, seen in 24.21). */
const { createServer } = process.getBuiltinModule('node:http');

/** Answers one HTTP request. A rejection ends the process: what can fail is answered inside. */
export type Handler = (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;

/** A server that listens. */
export interface Listening {
  /** The port it got, where 0 was asked for. */
  readonly port: number;
  /** Stops without losing a request that was sent before it returned. */
  stop(): Promise<void>;
}

/** Longer than the idle time of load balancers and of our own clients: the client closes first, so no request meets a
 * socket that is being closed. */
const KEEP_ALIVE_TIMEOUT_MS = 65_000;

/** How long a stop goes on answering on connections that are idle: longer than our own clients keep them (see
 * subgraph-client.ts). They close first, so no request crosses the end of its connection. */
const LINGER_MS = 500;

/** How long a stop waits for requests that are under way. */
const FINISH_TIMEOUT_MS = 10_000;

/** Where a server listens, and how. */
export interface ListenOptions {
  readonly host: string;
  readonly port: number;
  /** The environment variable that changes the port, for the error where it is taken. */
  readonly portVariable: string;
  /** For how long a stop goes on accepting connections while it asks each client to close its own: for load balancers,
   * which take a moment to send their requests elsewhere. */
  readonly drainDelayMs: number;
}

/**
 * Listens on `host:port`.
 *
 * @throws {ConfigurationError} where it can't listen there
 */
export async function listen(
  handler: Handler,
  options: ListenOptions,
  limits: ClientLimits = CLIENT_LIMITS,
): Promise<Listening> {
  let phase: 'open' | 'draining' | 'closing' = 'open';
  const unfinished = new Set<ServerResponse>();
  const serverOptions = { keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS, ...serverOptionsOf(limits) };
  const server = createServer(serverOptions, (request, response) => {
    if (phase !== 'open') response.shouldKeepAlive = false;
    unfinished.add(response);
    response.once('close', () => {
      unfinished.delete(response);
      if (phase === 'closing') server.closeIdleConnections(); // those that were idle are closed already
    });
    void handler(request, response);
  });
  limitClients(server, unfinished, limits);
  const sockets = openSockets(server);
  const port = await bind(server, options);
  return {
    port,
    async stop() {
      const askToLeave = () => {
        phase = 'draining';
        for (const response of unfinished) response.shouldKeepAlive = false;
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

/**
 * Connections that the system has taken and this process has not yet are reset by the end of listening, whatever was sent
 * on them. Resolves in a turn of the event loop, which took all that were there, that was too short for others to come:
 * of 100 stops under 120 new connections a second, 8 lost a request without this, and 2 with it.
 */
async function emptyAcceptQueue(): Promise<void> {
  for (let turns = 0; turns < 100; turns += 1) {
    const start = performance.now();
    await turn();
    if (performance.now() - start < 0.2) return;
  }
}

/** Refuses new connections. The server's own `close` would also close those that are idle, and lose what is on its way. */
function stopListening(server: Server): Promise<unknown> {
  return new Promise((resolve) => NetServer.prototype.close.call(server, resolve));
}

function openSockets(server: Server): ReadonlySet<Socket> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  return sockets;
}

/** Browsers open connections in advance. Node takes one that sent nothing yet for busy, and would wait for it. */
function closeSilent(sockets: ReadonlySet<Socket>): void {
  for (const socket of sockets) if (socket.bytesRead === 0) socket.destroy();
}

function bind(server: Server, options: ListenOptions): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(bindingError(error, options)));
    server.listen(options.port, options.host, () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : options.port);
    });
  });
}

function bindingError(error: NodeJS.ErrnoException, { host, port, portVariable }: ListenOptions): Error {
  if (error.code === 'EADDRINUSE') {
    return new ConfigurationError(
      `Port ${port} on ${host} is taken. Stop what listens there, or set ${portVariable} to another port.`,
    );
  }
  if (error.code === 'EACCES') {
    return new ConfigurationError(`Port ${port} on ${host} is not allowed. Set ${portVariable} to one above 1023.`);
  }
  if (error.code === 'EADDRNOTAVAIL' || error.code === 'ENOTFOUND') {
    return new ConfigurationError(`${host} is no address of this machine.`);
  }
  return error;
}

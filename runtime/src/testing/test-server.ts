import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createSocketServer, type Socket, type Server as SocketServer } from 'node:net';
import type { TestContext } from 'node:test';

const HOST = '127.0.0.1';

/** A server that a test's subject calls. */
export interface TestServer {
  readonly port: number;
  readonly url: string;
  /** Stops listening and ends every connection. */
  close(): Promise<void>;
}

/** Starts Node's own HTTP server for a handler. It ends with the test. */
export async function serveHttp(
  t: { after(end: () => Promise<void>): void },
  listener: RequestListener,
  port = 0,
): Promise<TestServer & { server: Server }> {
  const server = createServer(listener);
  const close = async () => {
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
  };
  t.after(close);
  return { server, close, ...(await start(server, port)) };
}

/** Starts a TCP server. It ends with the test. */
export async function serveSockets(t: TestContext, onSocket: (socket: Socket) => void): Promise<TestServer> {
  const sockets = new Set<Socket>();
  const server = createSocketServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {}); // a peer that resets its connection is part of the test
    onSocket(socket);
  });
  const close = async () => {
    const closed = new Promise((resolve) => server.close(resolve));
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  t.after(close);
  return { close, ...(await start(server, 0)) };
}

/** Resolves with a port on which nothing listens. */
export async function freePort(t: TestContext): Promise<number> {
  const { port, close } = await serveSockets(t, () => {});
  await close();
  return port;
}

export function urlOf(port: number): string {
  return `http://${HOST}:${port}/graphql`;
}

function start(server: SocketServer, port: number): Promise<{ port: number; url: string }> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, HOST, () => {
      const address = server.address();
      if (address === null || typeof address === 'string') return reject(new Error('it listens on no port'));
      return resolve({ port: address.port, url: urlOf(address.port) });
    });
  });
}

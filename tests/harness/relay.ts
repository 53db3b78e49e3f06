import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import type { Afterwards } from './graph.ts';

/** A network between a process and a port, which can be cut. */
export interface Relay {
  readonly port: number;
  /** Ends all connections, and every new one. */
  cut(): void;
  mend(): void;
}

/** Passes the bytes of connections on to a port of this machine. It ends with the test. */
export async function startRelay(t: Afterwards, port: number): Promise<Relay> {
  const sockets = new Set<Socket>();
  let isCut = false;
  const cut = () => {
    isCut = true;
    for (const socket of sockets) socket.destroy();
    sockets.clear();
  };
  const server = createServer((from) => {
    if (isCut) return void from.destroy();
    const to = connect(port, '127.0.0.1');
    for (const socket of [from, to]) {
      sockets.add(socket);
      socket.on('error', () => {}); // it is followed by close
      socket.on('close', () => {
        from.destroy();
        to.destroy();
      });
    }
    from.pipe(to).pipe(from);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  t.after(() => {
    cut();
    server.close();
  });
  const mend = () => {
    isCut = false;
  };
  return { port: (server.address() as AddressInfo).port, cut, mend };
}

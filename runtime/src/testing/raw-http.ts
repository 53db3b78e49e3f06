import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import type { TestContext } from 'node:test';

/** Opens a connection on which a test writes HTTP by hand. It ends with the test. */
export async function openSocket(t: TestContext, port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  t.after(() => socket.destroy());
  await once(socket, 'connect');
  return socket;
}

/** Sends bytes on a connection of their own. Resolves with everything that comes back until the server closes it. */
export async function exchange(t: TestContext, port: number, bytes: string | Buffer): Promise<string> {
  const socket = await openSocket(t, port);
  socket.write(bytes);
  return text(socket);
}

/** Returns the bytes of a POST request with a JSON body. */
export function rawPost(body: string, ...headers: string[]): string {
  const type = headers.some((header) => header.startsWith('content-type')) ? [] : ['content-type: application/json'];
  const lines = ['POST /graphql HTTP/1.1', 'host: test', ...type, `content-length: ${Buffer.byteLength(body)}`];
  return `${[...lines, ...headers].join('\r\n')}\r\n\r\n${body}`;
}

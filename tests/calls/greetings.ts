import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import type { Afterwards } from '../harness/graph.ts';

/** A subgraph of one query and one mutation, with habits of its own. */
export interface Greetings {
  readonly url: string;
  /** Returns the number of times that the mutation ran. */
  counted(): number;
  /** Returns the number of connections that it closed as idle. */
  closed(): number;
}

export interface Habits {
  /** Time that it takes for each answer. */
  readonly answersAfterMs?: number;
  /** Closes each connection that is idle, at any moment up to so much later, and promises nothing else. */
  readonly closesIdleWithinMs?: number;
}

/** Answers `hello` and `count`. It ends after the test. */
export async function serveGreetings(
  t: Afterwards,
  { answersAfterMs = 0, closesIdleWithinMs }: Habits,
): Promise<Greetings> {
  let counted = 0;
  let closed = 0;
  const closeSoon = (socket: Socket, response: ServerResponse, withinMs: number) => {
    const timer = setTimeout(() => {
      closed += 1;
      socket.destroy();
    }, Math.random() * withinMs);
    response.req.socket.once('next request', () => clearTimeout(timer)).once('close', () => clearTimeout(timer));
  };
  const server = createServer(async (request, response) => {
    const { socket } = request;
    socket.emit('next request');
    const isMutation = (await text(request)).includes('mutation');
    if (answersAfterMs > 0) await delay(answersAfterMs);
    if (isMutation) counted += 1;
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ data: isMutation ? { count: counted } : { hello: 'hello' } }));
    if (closesIdleWithinMs !== undefined)
      response.once('finish', () => closeSoon(socket, response, closesIdleWithinMs));
  });
  if (closesIdleWithinMs !== undefined) server.keepAliveTimeout = 0;
  await once(server.listen(0, '127.0.0.1'), 'listening');
  t.after(() => server.close().closeAllConnections());
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/graphql`, counted: () => counted, closed: () => closed };
}

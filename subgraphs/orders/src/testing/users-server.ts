import type { RequestListener } from 'node:http';
import { json } from 'node:stream/consumers';
import type { TestContext } from 'node:test';
import { serveHttp, type TestServer } from '@lockstep/runtime/testing/test-server.ts';
import { z } from 'zod';

/** Server in place of the users subgraph. */
export interface UsersServer extends TestServer {
  /** Returns the number of requests so far. */
  calls(): number;
}

const userExists = z.object({ variables: z.object({ id: z.string() }) });

/** Answers as the users subgraph does if these users exist. */
export function knows(...ids: string[]): RequestListener {
  return async (request, response) => {
    const { variables } = userExists.parse(await json(request));
    const user = ids.includes(variables.id) ? { id: variables.id } : null;
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ data: { user } }));
  };
}

/** Answers each request with this. */
export function answers(status: number, body: unknown): RequestListener {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return (_request, response) => void response.writeHead(status).end(text);
}

/** Takes requests, and never answers. */
export const hangs: RequestListener = () => {};

/** Ends each connection as soon as a request is there. */
export const hangsUp: RequestListener = (request) => void request.socket.destroy();

export async function serveUsers(t: TestContext, listener: RequestListener): Promise<UsersServer> {
  let calls = 0;
  const { port, url, close } = await serveHttp(t, (request, response) => {
    calls += 1;
    return listener(request, response);
  });
  return { port, url, close, calls: () => calls };
}

import type { RequestListener } from 'node:http';
import { json } from 'node:stream/consumers';
import type { TestContext } from 'node:test';
import { serveHttp, type TestServer } from '@lockstep/runtime/testing/test-server.ts';
import { z } from 'zod';

/** Server in place of a subgraph that another one asks. */
export interface PeerServer extends TestServer {
  /** Returns the number of requests so far. */
  calls(): number;
}

const FIELD = /\{ (\w+)\(id: /;
const question = z.object({ query: z.string(), variables: z.object({ id: z.string() }) });

/** Answers as a subgraph does if the objects with these ids exist, whatever the root field. */
export function knows(...ids: string[]): RequestListener {
  return async (request, response) => {
    const { query, variables } = question.parse(await json(request));
    const [, field = ''] = FIELD.exec(query) ?? [];
    const object = ids.includes(variables.id) ? { id: variables.id } : null;
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ data: { [field]: object } }));
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

export async function servePeer(t: TestContext, listener: RequestListener): Promise<PeerServer> {
  let calls = 0;
  const { port, url, close } = await serveHttp(t, (request, response) => {
    calls += 1;
    return listener(request, response);
  });
  return { port, url, close, calls: () => calls };
}

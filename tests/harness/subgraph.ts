import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type OutgoingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import type { Afterwards } from './graph.ts';

/** A call as it arrived. */
export interface SubgraphCall {
  readonly headers: IncomingHttpHeaders;
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** Response to a call. */
export interface SubgraphReply {
  readonly status?: number;
  readonly headers?: OutgoingHttpHeaders;
  readonly body: object;
}

/** A test's own subgraph. */
export interface Subgraph {
  readonly url: string;
  /** Calls, the oldest first. */
  readonly calls: SubgraphCall[];
}

/** Starts a subgraph that responds to each call with the result of `reply`. It ends with the test. */
export async function serveSubgraph(
  t: Afterwards,
  reply: (call: SubgraphCall) => SubgraphReply | Promise<SubgraphReply>,
): Promise<Subgraph> {
  const calls: SubgraphCall[] = [];
  const server = createServer(async (request, response) => {
    const { query, variables = {} } = (await json(request)) as SubgraphCall;
    const call = { headers: request.headers, query, variables };
    calls.push(call);
    const { status = 200, headers = {}, body } = await reply(call);
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  t.after(() => server.close().closeAllConnections());
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/graphql`, calls };
}

import {
  createServer,
  request as httpRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { withDeadline } from './waiting.ts';

/** What the proxy does with a call: pass it on, or fail it in one of the ways that networks and servers fail. */
export type Behaviour =
  | 'pass'
  | 'hang'
  | 'garbage'
  | 'status 500'
  | 'cut short'
  | 'reset'
  | 'lose the answer'
  /** Passed on, and half of the answer comes back. */
  | 'cut the answer'
  /** Passed on twice at the same moment. */
  | 'duplicate'
  /** Passed on later, whether or not the caller still waits: see {@link FaultProxy.letGo}. */
  | 'hold';

/** A call that came through. */
export interface Call {
  readonly query: string;
  readonly variables: Record<string, unknown>;
  readonly headers: IncomingHttpHeaders;
  /** Resolves where the caller leaves before it is answered. */
  readonly abandoned: Promise<void>;
}

/** Stands between two processes: records the calls, and misbehaves when told to. */
export interface FaultProxy {
  readonly url: string;
  readonly calls: Call[];
  /** The same for each call, or one for each. */
  behaviour: Behaviour | ((call: Call) => Behaviour);
  /** Where it passes calls on to. */
  target: string;
  /** Resolves with the next call, as soon as it is here. */
  nextCall(): Promise<Call>;
  /** Passes on the calls that are held. Resolves when each is answered. */
  letGo(): Promise<void>;
  close(): Promise<void>;
}

/** A proxy before `target`, on a free port of the loopback interface. */
export async function startProxy(target: string): Promise<FaultProxy> {
  const waiting = new Set<(call: Call) => void>();
  const held: (() => Promise<void>)[] = [];
  const server = createServer(async (request, response) => {
    const body = await text(request);
    const call: Call = { ...JSON.parse(body), headers: request.headers, abandoned: abandonment(response) };
    proxy.calls.push(call);
    for (const take of waiting) take(call);
    waiting.clear();
    const behaviour = typeof proxy.behaviour === 'function' ? proxy.behaviour(call) : proxy.behaviour;
    if (behaviour === 'hold') held.push(() => forwardLate(proxy.target, request, body, response));
    else answer(behaviour, proxy.target, request, body, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const proxy: FaultProxy = {
    url: `http://127.0.0.1:${port}/graphql`,
    calls: [],
    behaviour: 'pass',
    target,
    nextCall: () => withDeadline(new Promise((resolve) => waiting.add(resolve)), () => 'a call'),
    letGo: async () => void (await Promise.all(held.splice(0).map((passOn) => passOn()))),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return proxy;
}

function abandonment(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => response.once('close', () => !response.headersSent && resolve()));
}

function answer(
  behaviour: Exclude<Behaviour, 'hold'>,
  target: string,
  request: IncomingMessage,
  body: string,
  response: ServerResponse,
): void {
  switch (behaviour) {
    case 'hang':
      return;
    case 'garbage':
      response.writeHead(200, { 'content-type': 'application/json' }).end('<html>this is no JSON</html>');
      return;
    case 'status 500':
      response
        .writeHead(500, { 'content-type': 'text/html' })
        .end('<h1>Internal Server Error</h1> at /srv/secret/path.js:1');
      return;
    case 'cut short':
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' });
      response.write('{"data":{"us', () => response.destroy());
      return;
    case 'reset':
      request.socket.resetAndDestroy();
      return;
    case 'duplicate':
      void forwardLate(target, request, body);
      forward(target, request, body, response, 'pass');
      return;
    case 'pass':
    case 'lose the answer':
    case 'cut the answer':
      forward(target, request, body, response, behaviour);
  }
}

function forward(
  target: string,
  { method, headers }: IncomingMessage,
  body: string,
  response: ServerResponse,
  behaviour: Behaviour,
): void {
  const onward = httpRequest(target, { method, headers }, (incoming) => {
    if (behaviour === 'lose the answer') {
      incoming.resume().once('end', () => response.destroy());
      return;
    }
    response.writeHead(incoming.statusCode ?? 502, incoming.headers);
    if (behaviour === 'cut the answer') {
      incoming.once('data', (chunk: Buffer) => response.write(chunk.subarray(0, -5), () => response.destroy()));
      return;
    }
    incoming.pipe(response);
  });
  onward.once('error', () => response.destroy());
  response.once('close', () => onward.destroy()); // whoever called has left, or has the answer
  onward.end(body);
}

/** Passes a call on that its caller may have given up. Resolves when it is answered, to nobody where nobody waits. */
function forwardLate(
  target: string,
  { method, headers }: IncomingMessage,
  body: string,
  response?: ServerResponse,
): Promise<void> {
  return new Promise((resolve) => {
    const onward = httpRequest(target, { method, headers, agent: false }, async (incoming) => {
      const answered = await text(incoming).catch(() => '');
      response?.writeHead(incoming.statusCode ?? 502, { 'content-type': 'application/json' }).end(answered);
      resolve();
    });
    onward.once('error', () => {
      response?.destroy();
      resolve();
    });
    onward.end(body);
  });
}

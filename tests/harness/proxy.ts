import {
  createServer,
  request as httpRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { buffer, text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { withDeadline } from './waiting.ts';

/** What the proxy does with a call: pass it on, or fail it in one of the ways that networks and servers fail. */
export type Behaviour = keyof typeof BEHAVIOURS;

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
  /** For all calls, or chosen for each. */
  behaviour: Behaviour | ((call: Call) => Behaviour);
  /** How long those that come or are answered late are held back. */
  delayMs: number;
  /** Where it passes calls on to. */
  target: string;
  /** Resolves with the next call, as soon as it is here. */
  nextCall(): Promise<Call>;
  close(): Promise<void>;
}

interface Exchange {
  readonly target: string;
  readonly delayMs: number;
  readonly request: IncomingMessage;
  readonly body: string;
  readonly response: ServerResponse;
  /** Aborted when the caller has left, or has its answer. */
  readonly over: AbortSignal;
}

const JSON_TYPE = { 'content-type': 'application/json' };
const A_SECOND_MS = 1000;
const MEGABYTE = 'x'.repeat(1e6);

const BEHAVIOURS = {
  /** And tells the target where the caller leaves. */
  pass: async (exchange: Exchange) => reply(exchange, await forward(exchange, exchange.over)),

  // Nothing reaches the target.
  hang: async () => {},
  reset: async ({ request }: Exchange) => void request.socket.resetAndDestroy(),
  /** It says that nothing will come, and goes on listening. */
  'half-close': async ({ request }: Exchange) => void request.socket.end(),
  garbage: async ({ response }: Exchange) =>
    void response.writeHead(200, JSON_TYPE).end('<html>this is no JSON</html>'),
  'status 500': async ({ response }: Exchange) => {
    response
      .writeHead(500, { 'content-type': 'text/html' })
      .end('<h1>Internal Server Error</h1> at /srv/secret/path.js:1');
  },
  'cut short': async ({ response }: Exchange) => {
    response.writeHead(200, { ...JSON_TYPE, 'content-length': '1000' });
    response.write('{"data":{"us', () => response.destroy());
  },
  'a byte a second': async ({ response, over }: Exchange) => {
    response.writeHead(200, JSON_TYPE);
    for (const byte of '{"data":{"user":null}}') {
      response.write(byte);
      await delay(A_SECOND_MS, undefined, { signal: over });
    }
    response.end();
  },
  '100 MB': async ({ response }: Exchange) => {
    response.writeHead(200, JSON_TYPE);
    await pipeline(Readable.from(aHundredMegabytes()), response);
  },

  // It does reach the target, which does what it was asked to do.
  'lose the answer': async (exchange: Exchange) => {
    await buffer(await forward(exchange));
    exchange.response.destroy();
  },
  'cut the answer': async (exchange: Exchange) => {
    const answer = await forward(exchange);
    const bytes = await buffer(answer);
    exchange.response.writeHead(200, { ...JSON_TYPE, 'content-length': String(bytes.length) });
    exchange.response.write(bytes.subarray(0, bytes.length / 2), () => exchange.response.destroy());
  },
  'answer late': async (exchange: Exchange) => {
    const answer = await forward(exchange);
    await delay(exchange.delayMs, undefined, { signal: exchange.over });
    await reply(exchange, answer);
  },
  /** It is under way, and comes whether its caller still waits or not. */
  'arrive late': async (exchange: Exchange) => {
    await delay(exchange.delayMs);
    await reply(exchange, await forward(exchange));
  },
  /** At the same moment; the caller gets the second answer, when both are there. */
  'arrive twice': async (exchange: Exchange) => {
    const [first, second] = await Promise.all([forward(exchange), forward(exchange)]);
    await buffer(first);
    await reply(exchange, second);
  },
};

/** A proxy before `target`, on a free port of the loopback interface. */
export async function startProxy(target: string): Promise<FaultProxy> {
  const waiting = new Set<(call: Call) => void>();
  const take = async (request: IncomingMessage, response: ServerResponse) => {
    const over = new AbortController();
    response.once('close', () => over.abort());
    const body = await text(request);
    const call: Call = { ...JSON.parse(body), headers: request.headers, abandoned: abandonment(response) };
    proxy.calls.push(call);
    for (const resolve of waiting) resolve(call);
    waiting.clear();
    const { target, delayMs, behaviour } = proxy;
    const behave = BEHAVIOURS[typeof behaviour === 'function' ? behaviour(call) : behaviour];
    await behave({ target, delayMs, request, body, response, over: over.signal });
  };
  const server = createServer((request, response) => {
    // Where the target can't be reached the caller sees a broken connection; where the caller has left, nobody does.
    take(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const proxy: FaultProxy = {
    url: `http://127.0.0.1:${port}/graphql`,
    calls: [],
    behaviour: 'pass',
    delayMs: A_SECOND_MS,
    target,
    nextCall: () => withDeadline(new Promise((resolve) => waiting.add(resolve)), () => 'a call'),
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

/** Sends the call to the target, and gives its answer as soon as that begins. */
function forward(
  { target, request: { method, headers }, body }: Exchange,
  signal?: AbortSignal,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    httpRequest(target, { method, headers, ...(signal && { signal }) }, resolve)
      .once('error', reject)
      .end(body);
  });
}

async function reply({ response }: Exchange, answer: IncomingMessage): Promise<void> {
  response.writeHead(answer.statusCode ?? 502, answer.headers);
  await pipeline(answer, response);
}

function* aHundredMegabytes(): Generator<string> {
  yield '{"data":{"user":"';
  for (let sent = 0; sent < 100; sent += 1) yield MEGABYTE;
  yield '"}}';
}

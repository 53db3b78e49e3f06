import { request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { setTimeout as delay } from 'node:timers/promises';

/** Behaviour of a proxy: it passes a call on, or fails it in one of the ways in which networks and servers fail. */
export type Behaviour = keyof typeof BEHAVIOURS;

/** A call that a proxy has received, and what it takes to answer it. */
interface Exchange {
  readonly target: string;
  readonly delayMs: number;
  readonly request: IncomingMessage;
  readonly body: string;
  readonly response: ServerResponse;
  /** Resolves when held calls are passed on. */
  readonly letGo: Promise<void>;
  /** Aborted when the caller has disconnected or has its response. */
  readonly over: AbortSignal;
}

/** Usual delay of calls that arrive or are answered late. */
export const A_SECOND_MS = 1000;

const JSON_TYPE = { 'content-type': 'application/json' };
const MEGABYTE = 'x'.repeat(1e6);

/** Answers a call in each of the ways. */
export const BEHAVIOURS = {
  /** Passes the call on, and ends it at the target if the caller disconnects. */
  pass: async (exchange: Exchange) => reply(exchange, await forward(exchange, exchange.over)),

  // Faults in which nothing reaches the target.
  hang: async () => {},
  reset: async ({ request }: Exchange) => void request.socket.resetAndDestroy(),
  /** Ends the connection on its side, and keeps reading. */
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

  // Faults in which the target receives and executes the call.
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
  /** Delays the call, which arrives even if its caller has disconnected. */
  'arrive late': async (exchange: Exchange) => {
    await delay(exchange.delayMs);
    await reply(exchange, await forward(exchange));
  },
  /** Holds the call until the test lets it go. It arrives even if its caller has disconnected. */
  hold: async (exchange: Exchange) => {
    await exchange.letGo;
    await reply(exchange, await forward(exchange));
  },
  /** Sends the call twice at the same time. The caller gets the second response once both have arrived. */
  'arrive twice': async (exchange: Exchange) => {
    const [first, second] = await Promise.all([forward(exchange), forward(exchange)]);
    await buffer(first);
    await reply(exchange, second);
  },
};

/** Sends the call to the target. Resolves with the response as soon as it begins. */
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

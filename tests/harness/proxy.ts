import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { A_SECOND_MS, BEHAVIOURS, type Behaviour } from './behaviours.ts';
import { withDeadline } from './waiting.ts';

/** A call that the proxy received. */
export interface Call {
  readonly query: string;
  readonly variables: Record<string, unknown>;
  readonly headers: IncomingHttpHeaders;
  /** Resolves if the caller disconnects before the response. */
  readonly abandoned: Promise<void>;
}

/** A proxy between two processes, or several instances of them, that records calls and misbehaves on demand. */
export interface FaultProxy {
  /** The first of its addresses. */
  readonly url: string;
  /** Its addresses. Calls to each of them go to one instance. */
  readonly urls: readonly string[];
  /** Calls to all addresses, without those that ask if an instance is back. */
  readonly calls: Call[];
  /** Behaviour for all calls, or a function that chooses it for each. */
  behaviour: Behaviour | ((call: Call) => Behaviour);
  /** Delay of calls that arrive or are answered late. */
  delayMs: number;
  /** URLs that it passes calls on to: those of each address to one of them. */
  targets: readonly string[];
  /** Resolves with the next call as soon as it arrives. */
  nextCall(): Promise<Call>;
  /** Passes on the held calls. Resolves when all are answered. */
  letGo(): Promise<void>;
  close(): Promise<void>;
}

/** Query with which callers ask if an instance that they have left out is back. */
const PROBE = '{ __typename }';

/**
 * Starts a proxy in front of `target`, on a free port of the loopback interface.
 *
 * @param count number of its addresses
 */
export async function startProxy(target: string, count = 1): Promise<FaultProxy> {
  const waiting = new Set<(call: Call) => void>();
  const underWay = new Set<Promise<void>>();
  let hold = Promise.withResolvers<void>();
  const take = async (address: number, request: IncomingMessage, response: ServerResponse) => {
    const over = new AbortController();
    response.once('close', () => over.abort());
    const body = await text(request);
    const call: Call = { ...JSON.parse(body), headers: request.headers, abandoned: abandonment(response) };
    if (count === 1 || call.query !== PROBE) {
      proxy.calls.push(call);
      for (const resolve of waiting) resolve(call);
      waiting.clear();
    }
    const { targets, delayMs, behaviour } = proxy;
    const target = targets[address % targets.length] ?? '';
    const behave = BEHAVIOURS[typeof behaviour === 'function' ? behaviour(call) : behaviour];
    await behave({ target, delayMs, request, body, response, letGo: hold.promise, over: over.signal });
  };
  const servers = Array.from({ length: count }, (_, address) =>
    createServer((request, response) => {
      // If the target can't be reached, the caller sees a broken connection, unless it has disconnected.
      const taken = take(address, request, response).catch(() => void response.destroy());
      underWay.add(taken);
      void taken.finally(() => underWay.delete(taken));
    }),
  );
  const urls = await Promise.all(servers.map(listen));
  const proxy: FaultProxy = {
    url: urls[0] ?? '',
    urls,
    calls: [],
    behaviour: 'pass',
    delayMs: A_SECOND_MS,
    targets: [target],
    nextCall: () => withDeadline(new Promise((resolve) => waiting.add(resolve)), () => 'a call'),
    async letGo() {
      const settled = Promise.all(underWay);
      hold.resolve();
      hold = Promise.withResolvers();
      await settled;
    },
    close: async () => void (await Promise.all(servers.map(close))),
  };
  return proxy;
}

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return `http://127.0.0.1:${port}/graphql`;
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

function abandonment(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => response.once('close', () => !response.headersSent && resolve()));
}

import type { Server, ServerOptions, ServerResponse } from 'node:http';
import { getHeapStatistics } from 'node:v8';
import type { TransientMap } from '../../caching/transient-map.ts';

/** Time limits of clients, in milliseconds, and the maximum numbers of headers and connections. */
export interface ClientLimits {
  /** From connecting, or from the first byte of a later request, to the end of the headers. */
  readonly headersMs: number;
  /** From the same moment to the end of the body. */
  readonly requestMs: number;
  /** Time for the client to receive data that was written. */
  readonly answerMs: number;
  /** Interval of the checks, by which a client can exceed a limit. */
  readonly checkMs: number;
  /** Maximum number of headers in a request; one with more is answered 431. */
  readonly headers: number;
  /** Maximum number of connections; further ones are closed at once. */
  readonly connections: number;
}

/** Maximum number of headers, that of Apache: https://httpd.apache.org/docs/2.4/mod/core.html#limitrequestfields */
const MAX_HEADERS = 100;

/** Heap that a connection takes at most before its headers are complete: 100 of them, and 16 KB of text. With the 1,000 headers
 * that Node takes it is 64 KB. Only complete requests count as bytes in flight. */
export const MAX_CONNECTION_BYTES = 24 * 1024;

/** Returns the maximum number of connections: so many that what they take fits into a quarter of the heap's limit. */
export function maxConnections(heapBytes: number): number {
  return Math.min(10_000, Math.floor(heapBytes / 4 / MAX_CONNECTION_BYTES));
}

/**
 * Default limits. They allow a body of 2 MB at 70 KB/s and a response of 1 MB at 17 KB/s, so slow phones stay within them and
 * attackers that send or read a byte per second do not. Node's own limits are 60 s and 300 s
 * (https://nodejs.org/api/http.html#serverheaderstimeout), with none for responses or connections. Without a limit on
 * connections a process runs out of file descriptors, and can't call its subgraphs either.
 */
export const CLIENT_LIMITS: ClientLimits = {
  headersMs: 10_000,
  requestMs: 30_000,
  answerMs: 60_000,
  checkMs: 5000,
  headers: MAX_HEADERS,
  connections: maxConnections(getHeapStatistics().heap_size_limit),
};

/** Responses in progress. */
export type UnfinishedResponses = Pick<TransientMap<ServerResponse, unknown>, 'keys'>;

/** Returns the limits that are options of Node's server, which responds 408 to a request that exceeds them. */
export function serverOptionsOf({ headersMs, requestMs, checkMs }: ClientLimits): ServerOptions {
  return { headersTimeout: headersMs, requestTimeout: requestMs, connectionsCheckingInterval: checkMs };
}

/**
 * Enforces the limits for which Node's server has no options.
 *
 * @param unfinished responses in progress, at any time
 */
export function limitClients(
  server: Server,
  unfinished: UnfinishedResponses,
  { answerMs, checkMs, headers, connections }: ClientLimits,
): void {
  server.maxConnections = connections;
  server.maxHeadersCount = headers;
  let waiting: ReadonlyMap<ServerResponse, number> = new Map();
  const check = setInterval(() => {
    waiting = endOverdue(unfinished, waiting, answerMs);
  }, checkMs);
  check.unref(); // a server that fails to listen never emits 'close'
  server.once('close', () => clearInterval(check));
}

/**
 * Closes the connections of clients that do not receive their responses in time.
 *
 * @param before start of the wait of each response that had unsent data at the last check
 * @returns the same for this check
 */
function endOverdue(
  unfinished: UnfinishedResponses,
  before: ReadonlyMap<ServerResponse, number>,
  answerMs: number,
): ReadonlyMap<ServerResponse, number> {
  const now = performance.now();
  const waiting = new Map<ServerResponse, number>();
  for (const response of unfinished.keys()) {
    if (response.writableLength === 0) continue; // everything written so far has been sent
    const since = before.get(response) ?? now;
    if (now - since > answerMs) response.destroy();
    else waiting.set(response, since);
  }
  return waiting;
}

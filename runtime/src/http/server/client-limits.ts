import type { Server, ServerOptions, ServerResponse } from 'node:http';

/** How long a client may take, in milliseconds, and how many connections there may be. */
export interface ClientLimits {
  /** From connecting, and from a later request's first byte, to the end of its headers. */
  readonly headersMs: number;
  /** The same, to the end of its body. */
  readonly requestMs: number;
  /** To take what was written for it. */
  readonly answerMs: number;
  /** How often that is looked at: a client has up to so much more. */
  readonly checkMs: number;
  /** Further ones are closed at once. */
  readonly connections: number;
}

/**
 * A body of 2 MB at 70 KB a second, an answer of 1 MB at 17 KB: slow telephones stay below, who sends or reads a byte a
 * second doesn't. Node's own limits are 60 s, 300 s, none for the answer and none for connections: without the last one
 * a process runs out of file descriptors, and can't call its subgraphs either.
 */
export const CLIENT_LIMITS: ClientLimits = {
  headersMs: 10_000,
  requestMs: 30_000,
  answerMs: 60_000,
  checkMs: 5000,
  connections: 10_000,
};

/** What of it Node takes when a server is made. It answers 408 to a request that takes longer. */
export function serverOptionsOf({ headersMs, requestMs, checkMs }: ClientLimits): ServerOptions {
  return { headersTimeout: headersMs, requestTimeout: requestMs, connectionsCheckingInterval: checkMs };
}

/**
 * Holds a server's clients to what Node takes no options for.
 *
 * @param unfinished the answers that are under way, at any time
 */
export function limitClients(
  server: Server,
  unfinished: ReadonlySet<ServerResponse>,
  { answerMs, checkMs, connections }: ClientLimits,
): void {
  server.maxConnections = connections;
  let waiting: ReadonlyMap<ServerResponse, number> = new Map();
  const check = setInterval(() => {
    waiting = endOverdue(unfinished, waiting, answerMs);
  }, checkMs);
  check.unref(); // a server that can't listen is never closed
  server.once('close', () => clearInterval(check));
}

/**
 * Ends the connections of those that let their answers wait too long.
 *
 * @param before since when answers wait for their clients, as it was at the last look
 * @returns the same as it is now
 */
function endOverdue(
  unfinished: ReadonlySet<ServerResponse>,
  before: ReadonlyMap<ServerResponse, number>,
  answerMs: number,
): ReadonlyMap<ServerResponse, number> {
  const now = performance.now();
  const waiting = new Map<ServerResponse, number>();
  for (const response of unfinished) {
    if (response.writableLength === 0) continue; // all that there is so far is on its way
    const since = before.get(response) ?? now;
    if (now - since > answerMs) response.destroy();
    else waiting.set(response, since);
  }
  return waiting;
}

import { setTimeout as delay } from 'node:timers/promises';
import { Pool } from 'undici';
import { deadlineExceeded, operationOverdue, subgraphUnavailable } from '../graphql/errors.ts';
import type { Logger } from '../logging.ts';
import { DEADLINE_HEADER, deadlineOf } from './deadline.ts';
import { post } from './post.ts';
import { SECRET_HEADER } from './secret.ts';
import { type GraphQLAnswer, parseAnswer, type Reply } from './subgraph-answer.ts';
import { TimeLimit } from './time-limit.ts';

/** A GraphQL request, as GraphQL over HTTP sends it. */
export interface GraphQLRequest {
  query: string;
  variables?: Record<string, unknown> | undefined;
  operationName?: string | undefined;
}

/** Where a subgraph is and how long one call to it may take, from its first attempt to connect to its last byte. */
export interface SubgraphClientOptions {
  name: string;
  url: string;
  timeoutMs: number;
  secret?: string | undefined;
  logger: Logger;
}

const MAX_ANSWER_BYTES = 64 * 1024 * 1024;
const MAX_CONNECTIONS = 256;

/** Idle connections are closed here, well before a stopping server would close them (see server.ts), so that no request
 * goes out on one that is going away; and soon, because a subgraph that is restarted waits for it. */
const IDLE_CONNECTION_MS = 250;

/** A subgraph that answered and now refuses connections is most likely being restarted: for so long calls wait for it,
 * each inside its deadline. After that it is down, and until it answers again calls fail at once. */
const RESTART_GRACE_MS = 5000;
const RECONNECT_INTERVAL_MS = 25;

/**
 * Calls one subgraph over kept-alive connections. What was sent is never sent again; only a connection that was refused,
 * before anything could be sent, is tried again.
 */
export class SubgraphClient {
  readonly #options: SubgraphClientOptions;
  readonly #pool: Pool;
  readonly #path: string;
  readonly #headers: Record<string, string>;
  /** Since when it has refused connections: undefined where it answered last, always where it never did. */
  #refusedSince: number | undefined = Number.NEGATIVE_INFINITY;
  #isRefused = false;
  #isUp = true;

  constructor(options: SubgraphClientOptions) {
    const url = new URL(options.url);
    this.#options = options;
    this.#path = url.pathname + url.search;
    this.#headers = {
      'content-type': 'application/json',
      accept: 'application/graphql-response+json, application/json;q=0.9',
      ...(options.secret !== undefined && { [SECRET_HEADER]: options.secret }),
    };
    this.#pool = new Pool(url.origin, {
      connections: MAX_CONNECTIONS,
      keepAliveTimeout: IDLE_CONNECTION_MS,
      keepAliveMaxTimeout: IDLE_CONNECTION_MS,
      headersTimeout: 0,
      bodyTimeout: 0,
    });
  }

  /**
   * Asks the subgraph.
   *
   * @param signal aborted where nobody waits for the answer any more; its request's deadline is the call's too
   * @throws `SUBGRAPH_UNAVAILABLE` where it can't be reached or doesn't answer in GraphQL, `DEADLINE_EXCEEDED` where it
   *   takes too long
   */
  call(request: GraphQLRequest, signal?: AbortSignal): Promise<GraphQLAnswer> {
    const body = JSON.stringify(request);
    return this.inTime(async (limit) => parseAnswer(await this.exchange(body, limit)), signal);
  }

  /**
   * Gives a call the time it may take, and its failure the code that says why.
   *
   * @param run makes the call; its signal is aborted when the time is over, and when `signal` is, and has the deadline
   *   of whichever ends first
   * @throws as {@link call}
   */
  async inTime<Result>(run: (signal: AbortSignal) => Promise<Result>, signal?: AbortSignal): Promise<Result> {
    const { name, timeoutMs } = this.#options;
    const limit = new TimeLimit(timeoutMs, signal);
    try {
      limit.signal.throwIfAborted();
      const result = await run(limit.signal);
      this.#noteUp();
      return result;
    } catch (error) {
      if (limit.deadline?.isOver) throw operationOverdue(limit.deadline.timeoutMs, name);
      if (signal?.aborted) throw subgraphUnavailable(name, error);
      this.#noteDown(error);
      // Where it still refuses connections it was never asked.
      throw limit.isOver && !this.#isRefused ? deadlineExceeded(name, timeoutMs) : subgraphUnavailable(name, error);
    } finally {
      limit.clear();
    }
  }

  /**
   * Sends a body that is JSON already, and takes the reply as it comes. Without a limit to its time: see {@link inTime}.
   *
   * @param headers that go with this call beside those that go with every one
   */
  async exchange(body: string, signal: AbortSignal, headers?: Readonly<Record<string, string>>): Promise<Reply> {
    const reply = await this.#send(body, signal, headers);
    this.#refusedSince = undefined;
    return reply;
  }

  /** Waits for the calls under way, then closes the connections. */
  close(): Promise<void> {
    return this.#pool.close();
  }

  async #send(body: string, signal: AbortSignal, given?: Readonly<Record<string, string>>): Promise<Reply> {
    for (;;) {
      try {
        const headers = this.#headersFor(signal, given);
        const request = { path: this.#path, headers, body, signal, maxReplyBytes: MAX_ANSWER_BYTES };
        const reply = await post(this.#pool, request);
        this.#isRefused = false;
        return reply;
      } catch (error) {
        this.#isRefused = isRefused(error);
        if (!this.#isRefused) throw error;
        this.#refusedSince ??= performance.now();
        if (performance.now() - this.#refusedSince > RESTART_GRACE_MS) throw error;
        await delay(RECONNECT_INTERVAL_MS, undefined, { signal });
      }
    }
  }

  #headersFor(signal: AbortSignal, given?: Readonly<Record<string, string>>): Record<string, string> {
    const deadline = deadlineOf(signal);
    return { ...given, ...this.#headers, ...(deadline && { [DEADLINE_HEADER]: String(deadline.leftMs()) }) };
  }

  #noteUp(): void {
    if (this.#isUp) return;
    this.#isUp = true;
    this.#options.logger.info({ subgraph: this.#options.name }, 'the subgraph answers again');
  }

  /** Logged once an outage: at full load each call would say the same. */
  #noteDown(error: unknown): void {
    if (!this.#isUp) return;
    this.#isUp = false;
    const { name, url, logger } = this.#options;
    const reason = error instanceof Error ? error.message : String(error);
    logger.warn({ subgraph: name, url }, `a call to the subgraph failed: ${reason}`);
  }
}

/** Whether it could not even connect: nothing was sent. A listener that closes resets those that wait in its queue. */
function isRefused(error: unknown): boolean {
  if (!(error instanceof Error && 'code' in error)) return false;
  if (error.code === 'ECONNREFUSED') return true;
  return error.code === 'ECONNRESET' && 'syscall' in error && error.syscall === 'connect';
}

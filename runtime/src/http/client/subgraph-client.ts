import { setTimeout as delay } from 'node:timers/promises';
import {
  deadlineExceeded,
  ExpectedError,
  operationOverdue,
  outcomeUnknown,
  replyDropped,
  subgraphUnavailable,
} from '../../graphql/errors.ts';
import type { Logger } from '../../logging.ts';
import { type ObservedCall, requestScope } from '../../request-scope.ts';
import { NoRoomError } from '../bytes-in-flight.ts';
import { DEADLINE_HEADER, type Lifetime } from '../deadline.ts';
import { REQUEST_ID_HEADER } from '../request-id.ts';
import { SECRET_HEADER } from '../server/secret.ts';
import { AnswerReader } from './answer-reader.ts';
import { isRefused, UnsentError } from './connection-failure.ts';
import { Connections } from './connections.ts';
import { ACCEPT_ENCODING } from './content-decoding.ts';
import { isLoopback } from './loopback.ts';
import { OutageLog } from './outage-log.ts';
import { post } from './post.ts';
import { ACCEPT, type GraphQLAnswer, type Reply } from './subgraph-answer.ts';
import { TimeLimit } from './time-limit.ts';

/** A GraphQL request, as GraphQL over HTTP sends it. */
export interface GraphQLRequest {
  query: string;
  variables?: Record<string, unknown> | undefined;
  operationName?: string | undefined;
}

/** Options of a client. `timeoutMs` is for one call, from the first attempt to connect to the last byte of the reply. */
export interface SubgraphClientOptions {
  name: string;
  url: string;
  timeoutMs: number;
  secret?: string | undefined;
  /** Length of the longest reply that is accepted; 64 MB if undefined. */
  maxReplyBytes?: number | undefined;
  /** False if the subgraph is not to be asked for compressed replies. On loopback, none is. */
  compressedReplies?: boolean | undefined;
  logger: Logger;
  /** Set if each call that fails is logged, and not only the first of an outage. */
  logsFailures?: boolean | undefined;
}

/** Start of a document that has only queries. */
const QUERY = /^\s*(query\b|\{)/;

const MAX_REPLY_BYTES = 64 * 1024 * 1024;

/** Time for which calls wait for a subgraph that answered and now refuses connections, each within its deadline: most likely
 * it is being restarted. After that it is down, and calls fail at once until it answers again. */
const RESTART_GRACE_MS = 5000;
const RECONNECT_INTERVAL_MS = 25;

export type OperationKind = 'query' | 'mutation';

interface FailedCall {
  readonly kind: OperationKind;
  readonly limit: TimeLimit;
  /** Signal of the request that the call was made for. */
  readonly signal: AbortSignal | undefined;
}

/** One request to a subgraph, as it is sent. */
export interface Exchange {
  /** JSON. */
  readonly body: string;
  /** A query changes nothing, so that it may arrive twice. */
  readonly kind: OperationKind;
  /** Headers of this call, beside those of every call. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Id of the request that it is sent for. */
  readonly requestId?: string | undefined;
}

/**
 * Calls one subgraph over kept-alive connections. A call whose connection is refused, before anything could be sent, tries
 * again, and a query that met a kept connection which was just being closed is sent again. Nothing else is sent twice.
 */
export class SubgraphClient {
  readonly #options: SubgraphClientOptions;
  readonly #connections: Connections;
  readonly #reader: AnswerReader;
  readonly #outages: OutageLog;
  /** Its URL without a query, which may hold keys. */
  readonly #url: URL;
  readonly #path: string;
  readonly #headers: Record<string, string>;
  readonly #maxReplyBytes: number;
  /** Time since when it has refused connections: undefined if it answered last, minus infinity until it first answers. */
  #refusedSince: number | undefined = Number.NEGATIVE_INFINITY;
  /** Set if the last attempt of any call was refused. */
  #isRefused = false;

  constructor(options: SubgraphClientOptions) {
    const url = new URL(options.url);
    this.#options = options;
    this.#url = new URL(url.pathname, url.origin);
    this.#path = url.pathname + url.search;
    this.#maxReplyBytes = options.maxReplyBytes ?? MAX_REPLY_BYTES;
    this.#outages = new OutageLog(options);
    this.#reader = new AnswerReader(options.name, options.logger);
    const isCompressed = (options.compressedReplies ?? true) && !isLoopback(url); // it would only cost there
    this.#headers = {
      'content-type': 'application/json',
      accept: ACCEPT,
      ...(isCompressed && { 'accept-encoding': ACCEPT_ENCODING }),
      ...(options.secret !== undefined && { [SECRET_HEADER]: options.secret }),
    };
    this.#connections = new Connections(url.origin);
  }

  /**
   * Asks the subgraph.
   *
   * @param lifetime of the request that the call is made for
   * @throws `SUBGRAPH_UNAVAILABLE` if it can't be reached, or answers a query with something else than GraphQL;
   *   `OUTCOME_UNKNOWN` if it may have executed a mutation and its answer is lost. Both have the id under which the log
   *   has the reason. `DEADLINE_EXCEEDED` if it takes too long
   */
  call(request: GraphQLRequest, lifetime?: Lifetime): Promise<GraphQLAnswer> {
    const kind = QUERY.test(request.query) ? 'query' : 'mutation';
    const scope = requestScope.getStore();
    const { operationName } = request;
    const observed = scope?.startCall?.({ subgraph: this.#options.name, url: this.#url, kind, operationName });
    const exchange: Exchange = {
      body: JSON.stringify(request),
      kind,
      requestId: scope?.id,
      ...(observed && { headers: observed.headers }),
    };
    const run = async (limit: Lifetime) => {
      const replying = this.exchange(exchange, limit);
      return this.read(await (observed ? observe(replying, observed) : replying), lifetime);
    };
    return this.inTime(kind, run, lifetime);
  }

  /**
   * Gives a call the time it may take, and its failure the code that says why.
   *
   * @param run makes the call, within the lifetime that it is given
   * @throws as {@link call}
   */
  async inTime<Result>(
    kind: OperationKind,
    run: (limit: Lifetime) => Promise<Result>,
    lifetime?: Lifetime,
  ): Promise<Result> {
    const { name, timeoutMs } = this.#options;
    const limit = new TimeLimit(timeoutMs, lifetime);
    try {
      if (limit.isOver) throw operationOverdue(limit.outerDeadline?.timeoutMs ?? 0, name);
      const result = await run(limit);
      this.#outages.noteUp();
      return result;
    } catch (error) {
      throw this.#failureOf(error, { kind, limit, signal: lifetime?.signal });
    } finally {
      limit.clear();
    }
  }

  /** Sends a request and resolves with the reply as it came. Sets no limit to its time: see {@link inTime}. */
  async exchange(exchange: Exchange, lifetime: Lifetime): Promise<Reply> {
    const reply = await this.#send(exchange, lifetime);
    this.#refusedSince = undefined;
    return reply;
  }

  /**
   * Returns the GraphQL of a reply.
   *
   * @param lifetime of the request that holds it from now on
   * @throws {NoRoomError} if the process may not hold so much more
   * @throws if it has none
   */
  read(reply: Reply, lifetime?: Lifetime): GraphQLAnswer {
    lifetime?.bytes?.takeReply(reply.text.length);
    return this.#reader.read(reply);
  }

  /** Waits for the calls under way, then closes the connections. */
  close(): Promise<void> {
    return this.#connections.close();
  }

  /** Returns the error that says why a call failed, once it is logged. */
  #failureOf(error: unknown, { kind, limit, signal }: FailedCall): ExpectedError {
    const { name, timeoutMs } = this.#options;
    if (error instanceof ExpectedError) return this.#outages.noteFailure(error);
    if (error instanceof NoRoomError) {
      return this.#outages.noteFailure(kind === 'query' ? replyDropped(name) : outcomeUnknown(name, error));
    }
    if (signal?.reason instanceof ExpectedError) return this.#outages.noteFailure(signal.reason);
    const lost = kind === 'query' || error instanceof UnsentError ? subgraphUnavailable : outcomeUnknown;
    if (signal?.aborted) return lost(name, error); // nobody waits for it
    // A query may wait for the attempts of another call; only its own attempts tell that a mutation was never sent.
    const isRefusing = kind === 'query' ? this.#isRefused : isRefused(error);
    if (!limit.isOver || isRefusing) return lost(name, error, this.#outages.noteDown(error));
    const { outerDeadline } = limit;
    const overdue = outerDeadline ? operationOverdue(outerDeadline.timeoutMs, name) : deadlineExceeded(name, timeoutMs);
    this.#outages.noteDown(overdue);
    return overdue;
  }

  async #send(exchange: Exchange, lifetime: Lifetime): Promise<Reply> {
    const { signal } = lifetime;
    let refusal: unknown;
    for (;;) {
      try {
        const reply = await this.#attempt(exchange, lifetime);
        this.#isRefused = false;
        return reply;
      } catch (error) {
        if (signal.aborted) throw error instanceof UnsentError && refusal !== undefined ? refusal : error;
        this.#isRefused = isRefused(error);
        if (!this.#isRefused) throw error;
        refusal = error;
        this.#refusedSince ??= performance.now();
        if (performance.now() - this.#refusedSince > RESTART_GRACE_MS) throw error;
        await delay(RECONNECT_INTERVAL_MS, undefined, { signal }).catch(() => Promise.reject(error));
      }
    }
  }

  async #attempt({ body, kind, headers: given, requestId }: Exchange, lifetime: Lifetime): Promise<Reply> {
    const { signal, deadline } = lifetime;
    const { kept, fresh, certain } = this.#connections;
    const left = deadline && { [DEADLINE_HEADER]: String(deadline.leftMs()) };
    const id = requestId !== undefined && { [REQUEST_ID_HEADER]: requestId };
    const headers = { ...id, ...given, ...this.#headers, ...left }; // a header rule may give another id
    const request = { path: this.#path, headers, body, signal, maxReplyBytes: this.#maxReplyBytes };
    const isQuery = kind === 'query';
    const reply = await (isQuery ? post(kept, { ...request, spare: fresh }) : post(certain, request));
    if (isQuery || certain === kept) this.#connections.noteKeepAlive(reply.headers['keep-alive']);
    return reply;
  }
}

async function observe(replying: Promise<Reply>, observed: ObservedCall): Promise<Reply> {
  try {
    const reply = await replying;
    observed.end(reply.status);
    return reply;
  } catch (error) {
    observed.end(undefined, error);
    throw error;
  }
}

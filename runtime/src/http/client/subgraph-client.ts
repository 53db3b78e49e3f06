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
import type { Lifetime } from '../deadline.ts';
import { SECRET_HEADER } from '../server/secret.ts';
import { pause, type Signal } from '../signal.ts';
import type { TlsMaterial } from '../tls.ts';
import { AnswerReader } from './answer-reader.ts';
import { isRefused, UnsentError } from './connection-failure.ts';
import { ACCEPT_ENCODING } from './content-decoding.ts';
import { type Exchange, Instance, type OperationKind } from './instance.ts';
import { type InstanceOutcome, InstancePool } from './instance-pool.ts';
import { isLoopback } from './loopback.ts';
import { OutageLog } from './outage-log.ts';
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
  /** Addresses of its instances if it has several; `url` is then the one that logs and traces name. */
  urls?: readonly string[] | undefined;
  timeoutMs: number;
  secret?: string | undefined;
  /** Returns the certificate that it shows and the authorities that it trusts; undefined for none, and Node's. */
  tls?: (() => TlsMaterial) | undefined;
  /** Length of the longest reply that is accepted; 64 MB if undefined. */
  maxReplyBytes?: number | undefined;
  /** False if the subgraph is not to be asked for compressed replies. On loopback, none is. */
  compressedReplies?: boolean | undefined;
  logger: Logger;
  /** Set if each call that fails is logged, and not only the first of an outage. */
  logsFailures?: boolean | undefined;
  /** Called with the outcome of each request, if it has several instances. */
  noteOutcome?: ((instance: string, outcome: InstanceOutcome) => void) | undefined;
}

/** Start of a document that has only queries. */
const QUERY = /^\s*(query\b|\{)/;

const MAX_REPLY_BYTES = 64 * 1024 * 1024;

/** Time limit of connecting to one of several instances. */
const MAX_CONNECT_MS = 1000;

/** Time for which calls wait for a subgraph that answered and now refuses connections, each within its deadline: most likely
 * it is being restarted. After that it is down, and calls fail at once until it answers again. */
const RESTART_GRACE_MS = 5000;
const RECONNECT_INTERVAL_MS = 25;

interface FailedCall {
  readonly kind: OperationKind;
  readonly limit: TimeLimit;
  /** Signal of the request that the call was made for. */
  readonly signal: Signal | undefined;
}

/**
 * Calls one subgraph over kept-alive connections. A call whose connection is refused, before anything could be sent, tries
 * again, and a query that met a kept connection which was just being closed is sent again. Nothing else is sent twice.
 */
// Over 200 lines, because it is the way of one call in its order, with each way in which it can fail.
export class SubgraphClient {
  readonly #options: SubgraphClientOptions;
  readonly #instances: readonly [Instance, ...Instance[]];
  /** Undefined if it has one instance. */
  readonly #pool: InstancePool | undefined;
  readonly #reader: AnswerReader;
  readonly #outages: OutageLog;
  /** Time since when it has refused connections: undefined if it answered last, minus infinity until it first answers. */
  #refusedSince: number | undefined = Number.NEGATIVE_INFINITY;
  /** Set if the last attempt of any call was refused. */
  #isRefused = false;

  constructor(options: SubgraphClientOptions) {
    this.#options = options;
    this.#outages = new OutageLog(options);
    this.#reader = new AnswerReader(options.name, options.logger);
    const { urls = [] } = options;
    const [first = options.url, ...others] = urls;
    this.#instances = [instanceOf(first, options), ...others.map((url) => instanceOf(url, options))];
    this.#pool =
      others.length === 0
        ? undefined
        : new InstancePool(this.#instances, {
            ...options,
            isAnswer: (reply) => this.#isAnswer(reply),
          });
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
    const observed = scope?.startCall?.({
      subgraph: this.#options.name,
      url: this.#instances[0].url,
      kind,
      operationName,
    });
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
    const { signal } = lifetime;
    let refusal: unknown;
    for (;;) {
      try {
        const reply = await (this.#pool ?? this.#instances[0]).send(exchange, lifetime);
        this.#isRefused = false;
        this.#refusedSince = undefined;
        return reply;
      } catch (error) {
        if (signal.aborted) throw error instanceof UnsentError && refusal !== undefined ? refusal : error;
        this.#isRefused = isRefused(error);
        if (!this.#isRefused) throw error;
        refusal = error;
        this.#refusedSince ??= performance.now();
        if (performance.now() - this.#refusedSince > RESTART_GRACE_MS) throw error;
        await pause(RECONNECT_INTERVAL_MS, signal).catch(() => Promise.reject(error));
      }
    }
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
    return (this.#pool ?? this.#instances[0]).close();
  }

  /** States of its instances, if it has several. */
  get instances(): Iterable<readonly [instance: string, isIn: boolean]> {
    return this.#pool?.states() ?? [];
  }

  /** Returns true if an instance was left out since a point in time while another was in. */
  hasLostInstanceSince(time: number): boolean {
    return this.#pool?.hasLostInstanceSince(time) ?? false;
  }

  #isAnswer(reply: Reply): boolean {
    try {
      return Boolean(this.#reader.read(reply));
    } catch {
      return false;
    }
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
}

function instanceOf(address: string, options: SubgraphClientOptions): Instance {
  const { secret, timeoutMs, maxReplyBytes = MAX_REPLY_BYTES, compressedReplies = true, urls = [], tls } = options;
  const isCompressed = compressedReplies && !isLoopback(new URL(address)); // it would only cost there
  const headers = {
    'content-type': 'application/json',
    accept: ACCEPT,
    ...(isCompressed && { 'accept-encoding': ACCEPT_ENCODING }),
    ...(secret !== undefined && { [SECRET_HEADER]: secret }),
  };
  // There is another one to send it to, if a machine is gone that answers nothing.
  const timeout = urls.length < 2 ? undefined : Math.min(MAX_CONNECT_MS, timeoutMs / 2);
  const connecting = timeout !== undefined || tls ? { timeout, tls } : undefined;
  return new Instance(address, { headers, maxReplyBytes, connecting });
}

async function observe(replying: Promise<Reply>, observed: ObservedCall): Promise<Reply> {
  try {
    const reply = await replying;
    observed.end(reply.status, undefined, reply.instance);
    return reply;
  } catch (error) {
    observed.end(undefined, error);
    throw error;
  }
}

import { TransientMap } from '@lockstep/runtime/caching/transient-map.ts';
import { saysOutOfTime } from '@lockstep/runtime/graphql/errors.ts';
import type { GraphQLAnswer, Reply } from '@lockstep/runtime/http/client/subgraph-answer.ts';
import type { SubgraphClient } from '@lockstep/runtime/http/client/subgraph-client.ts';
import type { Deadline, Lifetime } from '@lockstep/runtime/http/deadline.ts';
import { CallController, type Signal } from '@lockstep/runtime/http/signal.ts';
import type { FetchRequest } from '../execution/fetching/fetch-request.ts';
import type { FetchTrace } from '../telemetry/operation-trace.ts';
import type { CallContext } from './call-context.ts';
import type { Call } from './call-step.ts';
import type { CallTelemetry } from './call-telemetry.ts';
import type { EndedMutations } from './ended-mutations.ts';
import { PASSING_STATUSES } from './retry.ts';
import { noted } from './time-calls.ts';

export interface ShareOptions {
  readonly client: SubgraphClient;
  /** Set if queries that are alike and under way at the same time are one call. */
  readonly sharesQueries: boolean;
  /** Set if answers are to have the status and the headers of their replies. */
  readonly keepsHeads: boolean;
  readonly telemetry: CallTelemetry | undefined;
  readonly mutations: EndedMutations;
}

/**
 * Makes one call of the queries that are alike and under way at the same time, if that is configured. A query that comes
 * after a mutation has ended shares no call from before. Each fetch reads the reply for itself, because answers are changed
 * as they are merged.
 */
export function share(
  { client, sharesQueries, keepsHeads, telemetry, mutations }: ShareOptions,
  next: Call<Reply>,
): Call<GraphQLAnswer> {
  const read: Read = (reply, context) => {
    const answer = client.read(reply, context);
    return keepsHeads || PASSING_STATUSES.has(reply.status) ? withHead(answer, reply) : answer;
  };
  const query: Call<GraphQLAnswer> = async (request, context) => read(await next(request, context), context);
  const mutate: Call<GraphQLAnswer> = async (request, context) => {
    try {
      return read(await next(request, context), context);
    } finally {
      mutations.count += 1;
    }
  };
  const calls = sharesQueries ? new SharedCalls({ next, read, telemetry, mutations }) : undefined;
  return (request, context) => {
    if (request.constants.kind === 'mutation') return mutate(request, context);
    return calls ? calls.join(request, context) : query(request, context);
  };
}

/** Reads a reply for the fetch that has this lifetime. */
type Read = (reply: Reply, lifetime: Lifetime) => GraphQLAnswer;

function withHead(answer: GraphQLAnswer, { status, headers }: Reply): GraphQLAnswer {
  answer.head = { status, headers };
  return answer;
}

/** Time within which another attempt is unlikely: a pause and a call. */
const MIN_RETRY_MS = 100;

/** Call that is under way. */
interface SharedCall {
  readonly reply: Promise<Reply>;
  readonly controller: CallController;
  /** Deadline that the subgraph was told: that of the fetch that started the call. */
  readonly deadline: Deadline | undefined;
  /** Trace of the fetch that started the call; undefined if that isn't traced. */
  readonly fetchTrace: FetchTrace | undefined;
  /** Number of fetches that wait for the reply. */
  waiting: number;
}

interface SharedCallsOptions extends Pick<ShareOptions, 'telemetry' | 'mutations'> {
  readonly next: Call<Reply>;
  readonly read: Read;
}

class SharedCalls {
  readonly #next: Call<Reply>;
  readonly #read: Read;
  readonly #telemetry: CallTelemetry | undefined;
  readonly #mutations: EndedMutations;
  readonly #calls = new TransientMap<string, SharedCall>();

  constructor({ next, read, telemetry, mutations }: SharedCallsOptions) {
    this.#next = next;
    this.#read = read;
    this.#telemetry = telemetry;
    this.#mutations = mutations;
  }

  /**
   * Resolves with the answer of a call that is under way, or of a new one. The lifetime in `context` ends this waiting only:
   * the call ends when no fetch waits for it any more. A waiter with time left calls again instead of inheriting a timeout, or
   * a failure without time for another attempt, caused by another's shorter deadline.
   */
  async join(request: FetchRequest, context: CallContext): Promise<GraphQLAnswer> {
    const identity = `${context.headers.identity} ${request.toIdentity()}`;
    for (;;) {
      const key = `${this.#mutations.count} ${identity}`;
      const found = this.#calls.get(key);
      const call = found ?? this.#start(key, request, context);
      let reply: Reply;
      try {
        const waiting = wait(call, context.signal);
        reply = await (found && context.timed ? noted(waiting, context.timed.startCall(request, 0, true)) : waiting);
      } catch (error) {
        if (found && !context.signal.aborted && endsBefore(call, context) && isHurried(call)) continue;
        throw error;
      }
      const answer = this.#read(reply, context);
      if (endsBefore(call, context) && saysOutOfTime(answer.errors)) continue;
      if (found) this.#telemetry?.joined(context, call.fetchTrace);
      return answer;
    }
  }

  #start(key: string, request: FetchRequest, context: CallContext): SharedCall {
    const controller = new CallController();
    const { headers, requestId, fetchTrace, timed, deadline } = context;
    const reply = this.#next(request, { signal: controller.signal, deadline, headers, requestId, fetchTrace, timed });
    const call = { reply, controller, deadline, fetchTrace, waiting: 0 };
    const forget = () => {
      if (this.#calls.get(key) === call) this.#calls.delete(key);
    };
    reply.then(forget, forget);
    controller.signal.addEventListener('abort', forget);
    this.#calls.set(key, call);
    return call;
  }
}

/** Resolves with the call's reply, unless the signal is aborted first. Ends the call if this was the last to wait for it. */
function wait(call: SharedCall, signal: Signal): Promise<Reply> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      if (call.waiting === 0) call.controller.abort();
      return reject(signal.reason);
    }
    call.waiting += 1;
    const leave = () => {
      call.waiting -= 1;
      if (call.waiting === 0) call.controller.abort();
      reject(signal.reason);
    };
    signal.addEventListener('abort', leave);
    const stopListening = () => signal.removeEventListener('abort', leave);
    call.reply.then(
      (reply) => {
        stopListening();
        resolve(reply);
      },
      (error: unknown) => {
        stopListening();
        reject(error);
      },
    );
  });
}

function endsBefore(call: SharedCall, { deadline }: Lifetime): boolean {
  return call.deadline !== undefined && call.deadline.endsAt < (deadline?.endsAt ?? Number.POSITIVE_INFINITY);
}

/** Returns whether a call that failed had hardly any time for another attempt. */
function isHurried({ deadline }: SharedCall): boolean {
  return deadline !== undefined && deadline.leftMs() < MIN_RETRY_MS;
}

import { setImmediate } from 'node:timers';
import { UnreadableAnswerError } from '@lockstep/runtime/http/client/answer-reader.ts';
import type { GraphQLAnswer } from '@lockstep/runtime/http/client/subgraph-answer.ts';
import { BodyTooLargeError } from '@lockstep/runtime/http/server/body.ts';
import { FetchRequest, type MergedDocument } from '../execution/fetching/fetch-request.ts';
import { MergedRequest } from '../execution/fetching/merged-request.ts';
import { TimedFetches } from '../execution/timeline/timed-fetches.ts';
import { jointBatch, splitAnswer, splitMergedAnswer } from './batched-answer.ts';
import type { CallContext } from './call-context.ts';
import type { Call, Step } from './call-step.ts';
import type { CallTelemetry } from './call-telemetry.ts';
import { inBatches, jointCalls } from './joint-calls.ts';
import { JointLifetime } from './joint-lifetime.ts';
import { PASSING_STATUSES } from './retry.ts';

export interface BatchOptions {
  /** Set if fetches of different operations may be one call. */
  readonly joinsOperations: boolean;
  readonly telemetry?: CallTelemetry | undefined;
}

/**
 * Lets entity fetches that wait at the same moment travel together: those of different operations if that is configured, and
 * those of one group of an operation. Other fetches travel alone.
 */
export function batch(options: BatchOptions): Step<GraphQLAnswer> {
  return (next) => {
    const batches = new EntityBatches(next, options);
    return (request, context) =>
      request.representations && (options.joinsOperations || request.constants.part)
        ? batches.fetch(request, context)
        : next(request, context);
  };
}

/** Entity fetch of one operation that waits in a batch. */
interface Waiting {
  readonly request: FetchRequest;
  readonly context: CallContext;
  resolve(answer: GraphQLAnswer | Promise<GraphQLAnswer>): void;
  reject(reason: unknown): void;
}

/** Fetches with one document. */
type Batch = readonly Waiting[];

/**
 * Time that a fetch needs for a call of its own after its batch failed. With less it ends at its deadline: a subgraph that
 * is too slow for a batch must not get the calls of all its fetches in the last moment.
 */
const MIN_LEFT_MS = 50;

/**
 * Makes one call of entity fetches that have the same headers and wait at the same moment. Those of the same fetch node with
 * the same variables have their representations in one list; those of different nodes of a group are aliased fields of a
 * merged document. No fetch waits longer than one turn of the event loop.
 *
 * If the answer can't be split into what is whose, it is dropped, and each fetch has a call of its own: nobody gets an error
 * about another's entities, or fails because of them. A batch of n fetches makes at most n + 1 calls, and a call merged of
 * m batches at most one more and one for each of them.
 */
class EntityBatches {
  readonly #next: Call<GraphQLAnswer>;
  readonly #telemetry: CallTelemetry | undefined;
  readonly #joinsOperations: boolean;
  readonly #waiting = new Map<string, Waiting[]>();
  #isScheduled = false;

  constructor(next: Call<GraphQLAnswer>, { joinsOperations, telemetry }: BatchOptions) {
    this.#next = next;
    this.#telemetry = telemetry;
    this.#joinsOperations = joinsOperations;
  }

  /** Resolves with the answer to this fetch alone. The lifetime in `context` ends this waiting only. */
  fetch(request: FetchRequest, context: CallContext): Promise<GraphQLAnswer> {
    return new Promise((resolve, reject) => {
      const identity = `${context.headers.identity} ${request.toIdentityOfAnyEntities()}`;
      const key = this.#joinsOperations ? identity : `${request.execution} ${identity}`;
      const waiting = this.#waiting.get(key);
      const one = { request, context, resolve, reject };
      if (waiting) waiting.push(one);
      else this.#waiting.set(key, [one]);
      if (this.#isScheduled) return;
      this.#isScheduled = true;
      setImmediate(() => this.#send());
    });
  }

  #send(): void {
    this.#isScheduled = false;
    const batches: Waiting[][] = [];
    for (const waiting of this.#waiting.values()) batches.push(...inBatches(waiting));
    this.#waiting.clear();
    const [first] = batches;
    if (first && batches.length === 1) this.#sendBatch(first);
    else for (const joint of jointCalls(batches, this.#joinsOperations)) this.#sendJoint(joint);
  }

  #sendJoint(batches: readonly Batch[]): void {
    const [first] = batches;
    if (first && batches.length === 1) this.#sendBatch(first);
    else void this.#sendMerged(batches);
  }

  #sendBatch(fetches: Batch): void {
    const [only] = fetches;
    if (only && fetches.length === 1) only.resolve(this.#next(only.request, only.context));
    else if (only) void this.#sendTogether(fetches, only);
  }

  async #sendTogether(fetches: Batch, { request }: Waiting): Promise<void> {
    const joint = jointBatch(requestsOf(fetches));
    const call = new FetchRequest(request.constants, request.variables, joint.representations);
    await this.#call(call, fetches, {
      documents: 1,
      split: (answer) => splitAnswer(answer, joint),
      fail: (left) => {
        for (const { request: own, context, resolve } of left) resolve(this.#next(own, context));
      },
    });
  }

  async #sendMerged(batches: readonly Batch[]): Promise<void> {
    const fetches = batches.flat();
    const joint = batches.map((fetches) => jointBatch(requestsOf(fetches)));
    const requests = joint.map(
      ({ first, representations }) => new FetchRequest(first.constants, first.variables, representations),
    );
    const document = documentOf(requests);
    if (!document || document.isPaused) {
      for (const one of batches) this.#sendBatch(one);
      return;
    }
    await this.#call(new MergedRequest(document, requests), fetches, {
      documents: requests.length,
      split: (answer) => splitMergedAnswer(answer, joint),
      fail: (left) => {
        document.pause();
        for (const one of batches) this.#sendBatch(one.filter((fetch) => left.has(fetch)));
      },
    });
  }

  /** Makes one call for all of the fetches. */
  async #call(request: FetchRequest, fetches: Batch, outcome: Outcome): Promise<void> {
    const lifetime = new JointLifetime(fetches);
    const { signal, deadline, bytes } = lifetime;
    const [first] = fetches;
    if (!first) return;
    const { headers, requestId, fetchTrace } = first.context;
    const timed = TimedFetches.joint(fetches.map(({ context }) => context));
    try {
      const answer = await this.#next(request, { signal, deadline, headers, requestId, fetchTrace, timed, bytes });
      const parts = outcome.split(answer);
      if (!parts) return sendSeparately(fetches, lifetime, outcome, answer.head?.status);
      this.#telemetry?.batched(
        fetches.map(({ context }) => context),
        outcome.documents,
      );
      fetches.forEach((one, index) => {
        one.resolve(parts[index] ?? {});
      });
    } catch (error) {
      if (error instanceof UnreadableAnswerError) return sendSeparately(fetches, lifetime, outcome, error.status);
      if (error instanceof BodyTooLargeError) return sendSeparately(fetches, lifetime, outcome);
      for (const one of fetches) one.reject(error);
    }
  }
}

/** Use of the answer to a joint call. */
interface Outcome {
  /** Number of documents that the call's was merged of. */
  readonly documents: number;
  /** Returns the answer for each fetch; undefined if it can't be told what is whose. */
  split(answer: GraphQLAnswer): GraphQLAnswer[] | undefined;
  /** Sends the fetches again that have the time for it. */
  fail(left: ReadonlySet<Waiting>): void;
}

/** @param status status of the unusable reply to the joint call */
function sendSeparately(fetches: Batch, lifetime: JointLifetime, outcome: Outcome, status = 200): void {
  lifetime.returnReplies();
  const left = fetches.filter(({ context: { signal, deadline } }) => {
    return !signal.aborted && !(deadline && deadline.leftMs() < MIN_LEFT_MS);
  });
  if (!PASSING_STATUSES.has(status)) outcome.fail(new Set(left));
  else for (const { reject } of left) reject(new Error(`the subgraph answered ${status}`));
}

function requestsOf(fetches: Batch): FetchRequest[] {
  return fetches.map(({ request }) => request);
}

function documentOf(requests: readonly FetchRequest[]): MergedDocument | undefined {
  const constants = requests.map((request) => request.constants);
  return constants[0]?.part?.group.documentOf(constants);
}

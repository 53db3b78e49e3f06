import { UnreadableAnswerError } from '@lockstep/runtime/http/client/answer-reader.ts';
import type { GraphQLAnswer } from '@lockstep/runtime/http/client/subgraph-answer.ts';
import { BodyTooLargeError } from '@lockstep/runtime/http/server/body.ts';
import { FetchRequest, type MergedDocument } from '../execution/fetching/fetch-request.ts';
import { MergedRequest } from '../execution/fetching/merged-request.ts';
import { TimedFetches } from '../execution/timeline/timed-fetches.ts';
import { jointBatch, splitAnswer, splitMergedAnswer } from './batched-answer.ts';
import type { CallContext } from './call-context.ts';
import type { Call } from './call-step.ts';
import type { CallTelemetry } from './call-telemetry.ts';
import { Departures } from './departures.ts';
import { inBatches, jointCalls } from './joint-calls.ts';
import { JointLifetime } from './joint-lifetime.ts';
import { PASSING_STATUSES } from './retry.ts';

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

export interface EntityQueueOptions {
  /** Set if fetches of different operations may be one call. */
  readonly joinsOperations: boolean;
  readonly telemetry?: CallTelemetry | undefined;
}

/**
 * Makes one call of entity fetches that have the same headers and wait at the same moment, which is up to {@link Departures}. Those
 * of the same fetch node with the same variables have their representations in one list; those of different nodes of a group
 * are aliased fields of a merged document.
 *
 * If the answer can't be split into what is whose, it is dropped, and each fetch has a call of its own: nobody gets an error
 * about another's entities, or fails because of them. A batch of n fetches makes at most n + 1 calls, and a call merged of
 * m batches at most one more and one for each of them.
 */
export class EntityQueue {
  /** Names that its owner finds it by. */
  readonly names = new Set<string>();
  readonly #next: Call<GraphQLAnswer>;
  readonly #options: EntityQueueOptions;
  readonly #departures: Departures;
  /** Fetches by their documents, with the values of variables. */
  #waiting = new Map<string, Waiting[]>();

  /** @param end called when nothing waits, and no call is under way any more */
  constructor(next: Call<GraphQLAnswer>, options: EntityQueueOptions, end: (queue: EntityQueue) => void) {
    this.#options = options;
    this.#departures = new Departures({
      waitsForCalls: options.joinsOperations,
      leave: () => this.#send(),
      end: () => end(this),
    });
    this.#next = next;
  }

  /** Resolves with the answer to this fetch alone. The lifetime in `context` ends this waiting only. */
  fetch(document: string, request: FetchRequest, context: CallContext): Promise<GraphQLAnswer> {
    return new Promise((resolve, reject) => {
      const waiting = this.#waiting.get(document);
      const one = { request, context, resolve, reject };
      if (waiting) waiting.push(one);
      else this.#waiting.set(document, [one]);
      this.#departures.request();
    });
  }

  #send(): void {
    const batches = [...this.#waiting.values()].flatMap(inBatches);
    this.#waiting = new Map(); // see TransientMap
    const [first] = batches;
    if (first && batches.length === 1) this.#sendBatch(first);
    else for (const joint of jointCalls(batches, this.#options.joinsOperations)) this.#sendJoint(joint);
  }

  #sendJoint(batches: readonly Batch[]): void {
    const [first] = batches;
    if (first && batches.length === 1) this.#sendBatch(first);
    else void this.#sendMerged(batches);
  }

  #sendBatch(fetches: Batch): void {
    const [only] = fetches;
    if (only && fetches.length === 1) this.#sendAlone(only);
    else if (only) void this.#sendTogether(fetches, only);
  }

  #sendAlone({ request, context, resolve }: Waiting): void {
    resolve(this.#departures.track(this.#next(request, context), 1));
  }

  async #sendTogether(fetches: Batch, { request }: Waiting): Promise<void> {
    const joint = jointBatch(requestsOf(fetches));
    const call = new FetchRequest(request.constants, request.variables, joint.representations);
    await this.#call(call, fetches, {
      documents: 1,
      operations: fetches.length,
      split: (answer) => splitAnswer(answer, joint),
      fail: (left) => {
        for (const one of left) this.#sendAlone(one);
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
      operations: Math.max(...batches.map(({ length }) => length)),
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
      const call = this.#next(request, { signal, deadline, headers, requestId, fetchTrace, timed, bytes });
      const answer = await this.#departures.track(call, outcome.operations);
      const parts = outcome.split(answer);
      if (!parts) return sendSeparately(fetches, lifetime, outcome, answer.head?.status);
      this.#options.telemetry?.batched(
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
  /** Number of operations that the call is for, at least. */
  readonly operations: number;
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

import type { QueryPlan } from '@apollo/query-planner';
import { ExpectedError } from '@lockstep/runtime/graphql/errors.ts';
import type { FetchRequest } from '../fetching/fetch-request.ts';

/** Maximum number of fetches, and of calls, that are noted of one operation. */
export const MAX_NOTED = 200;

/** A fetch of the operation, with times in milliseconds since the operation began. */
export interface FetchTiming {
  /** Number of the fetch node in the plan, from 1, in the order in which the plan is read. */
  readonly fetch: number;
  readonly subgraph: string;
  readonly startMs: number;
  /** Undefined while it is under way. */
  durationMs?: number;
  /** Number of distinct entities; undefined for root fields. */
  readonly entities?: number;
  /** Number of entities, or of root fetches, that came from the response cache or had to be fetched. */
  cache?: Record<string, number>;
  /** Set if it had the answer of an equal fetch of the same operation. */
  readonly isRepeated?: true;
  /** Number of errors in the subgraph's answer. */
  errors?: number;
  /** Code of the failure. */
  failure?: string;
}

/** An attempt of a call, with times in milliseconds since the operation began. */
export interface CallTiming {
  readonly subgraph: string;
  /** Numbers of the fetches of this operation that it is made for. */
  readonly fetches: readonly number[];
  /** Number of fetches of other operations that it is made for too. */
  readonly others?: number;
  /** Set if another operation had begun it: its time is counted from when this one joined it. */
  readonly isShared?: true;
  /** Number of the attempt, if it is not the first. */
  readonly attempt?: number;
  readonly startMs: number;
  /** Undefined while it is under way. */
  durationMs?: number;
  readonly entities?: number;
  readonly requestBytes: number;
  /** Length of the reply, without compression. */
  replyBytes?: number;
  status?: number;
  /** Header of the reply that says if it may be stored. */
  cacheControl?: string;
  /** Name of the failure, if no reply came. */
  failure?: string;
}

/**
 * Notes when the fetches of one operation began and ended, and which calls were made for them. An operation has one only if
 * its client asks for it.
 */
export class Timeline {
  /** Plan of the operation; undefined until it is executed. */
  plan: QueryPlan | undefined;
  /** Planning and compiling; undefined if the operation was known. */
  planning: { readonly startMs: number; readonly durationMs: number } | undefined;
  readonly fetches: FetchTiming[] = [];
  readonly calls: CallTiming[] = [];
  /** Number of fetches and calls that were too many to note. */
  omitted = 0;
  readonly #startedAt = performance.now();

  get elapsedMs(): number {
    return toMs(performance.now() - this.#startedAt);
  }

  /** Times how long the operation waits to be planned and compiled. */
  async timePlanning<Result>(planning: Promise<Result>): Promise<Result> {
    const startMs = this.elapsedMs;
    try {
      return await planning;
    } finally {
      this.planning = { startMs, durationMs: toMs(this.elapsedMs - startMs) };
    }
  }

  /** Times a fetch, and hands its timing on so that its calls can be noted; undefined if there are too many. */
  async time<Answer extends { readonly errors?: readonly unknown[] }>(
    request: FetchRequest,
    send: (timing: FetchTiming | undefined) => Promise<Answer>,
  ): Promise<Answer> {
    const startMs = this.elapsedMs;
    const timing = this.#note(this.fetches, { ...placeOf(request), startMs });
    try {
      const answer = await send(timing);
      if (timing && answer.errors?.length) timing.errors = answer.errors.length;
      return answer;
    } catch (error) {
      if (timing) timing.failure = error instanceof ExpectedError ? String(error.extensions.code) : 'FAILED';
      throw error;
    } finally {
      if (timing) timing.durationMs = toMs(this.elapsedMs - startMs);
    }
  }

  /** Notes a fetch that has the answer of an equal one. */
  repeat(request: FetchRequest): void {
    this.#note(this.fetches, { ...placeOf(request), startMs: this.elapsedMs, isRepeated: true });
  }

  /** Notes a call that begins now. Returns undefined if there are too many. */
  startCall(call: Omit<CallTiming, 'startMs'>): CallTiming | undefined {
    return this.#note(this.calls, { ...call, startMs: this.elapsedMs });
  }

  /** Notes the end of a call. */
  endCall(call: CallTiming, end: Pick<CallTiming, 'status' | 'replyBytes' | 'cacheControl' | 'failure'>): void {
    Object.assign(call, end, { durationMs: toMs(this.elapsedMs - call.startMs) });
  }

  #note<Noted>(list: Noted[], noted: Noted): Noted | undefined {
    if (list.length >= MAX_NOTED) {
      this.omitted += 1;
      return undefined;
    }
    list.push(noted);
    return noted;
  }
}

function placeOf({ constants, representations }: FetchRequest) {
  const { number = 0, subgraph } = constants;
  return { fetch: number, subgraph, ...(representations && { entities: representations.length }) };
}

/** Rounds to hundredths of a millisecond. */
function toMs(ms: number): number {
  return Math.round(ms * 100) / 100;
}

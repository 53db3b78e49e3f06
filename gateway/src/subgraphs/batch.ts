import { setImmediate } from 'node:timers';
import { UnreadableAnswerError } from '@lockstep/runtime/http/client/answer-reader.ts';
import type { GraphQLAnswer } from '@lockstep/runtime/http/client/subgraph-answer.ts';
import type { Deadline, Lifetime } from '@lockstep/runtime/http/deadline.ts';
import { BodyTooLargeError } from '@lockstep/runtime/http/server/body.ts';
import { FetchRequest } from '../execution/fetching/fetch-request.ts';
import { splitAnswer } from './batched-answer.ts';
import type { CallContext } from './call-context.ts';
import type { Call, Step } from './call-step.ts';
import type { CallTelemetry } from './call-telemetry.ts';
import { PASSING_STATUSES } from './retry.ts';

/** Lets entity fetches that wait at the same moment travel together; other fetches travel alone. */
export function batch(telemetry: CallTelemetry | undefined): Step<GraphQLAnswer> {
  return (next) => {
    const batches = new EntityBatches(next, telemetry);
    return (request, context) => (request.representations ? batches.fetch(request, context) : next(request, context));
  };
}

/** Entity fetch of one operation that waits in a batch. */
interface Waiting {
  readonly request: FetchRequest;
  readonly context: CallContext;
  resolve(answer: GraphQLAnswer | Promise<GraphQLAnswer>): void;
  reject(reason: unknown): void;
}

/** Maximum number of representations that travel together; a fetch that has more travels alone. */
const MAX_REPRESENTATIONS = 1000;

/**
 * Time that a fetch needs for a call of its own after its batch failed. With less it ends at its deadline: a subgraph that
 * is too slow for a batch must not get the calls of all its fetches in the last moment.
 */
const MIN_LEFT_MS = 50;

/**
 * Makes one call of entity fetches of different operations if they are of the same fetch node, have the same variables and
 * headers, and wait at the same moment. No fetch waits longer than one turn of the event loop.
 *
 * If the answer can't be split into what is whose, it is dropped, and each fetch has a call of its own: nobody gets an error
 * about another's entities, or fails because of them. A batch of n fetches makes at most n + 1 calls.
 */
class EntityBatches {
  readonly #next: Call<GraphQLAnswer>;
  readonly #telemetry: CallTelemetry | undefined;
  readonly #waiting = new Map<string, Waiting[]>();
  #isScheduled = false;

  constructor(next: Call<GraphQLAnswer>, telemetry: CallTelemetry | undefined) {
    this.#next = next;
    this.#telemetry = telemetry;
  }

  /** Resolves with the answer to this fetch alone. The lifetime in `context` ends this waiting only. */
  fetch(request: FetchRequest, context: CallContext): Promise<GraphQLAnswer> {
    return new Promise((resolve, reject) => {
      const key = `${context.headers.identity} ${request.toIdentityOfAnyEntities()}`;
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
    const all = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const waiting of all) for (const batch of inBatches(waiting)) this.#sendBatch(batch);
  }

  #sendBatch(batch: readonly Waiting[]): void {
    const [only] = batch;
    if (only && batch.length === 1) only.resolve(this.#next(only.request, only.context));
    else if (only) void this.#sendTogether(batch, only);
  }

  async #sendTogether(batch: readonly Waiting[], { request, context }: Waiting): Promise<void> {
    const indices = indicesOf(batch);
    const { signal, deadline, bytes } = new JointLifetime(batch);
    const { headers, fetchTrace } = context;
    const joint = new FetchRequest(request.constants, request.variables, [...indices.keys()]);
    try {
      const answer = await this.#next(joint, { signal, deadline, headers, fetchTrace, bytes });
      const parts = splitAnswer(answer, batch, indices);
      if (!parts) return this.#sendSeparately(batch, answer.head?.status);
      this.#telemetry?.batched(batch.map((one) => one.context));
      batch.forEach((one, index) => {
        one.resolve(parts[index] ?? {});
      });
    } catch (error) {
      if (error instanceof UnreadableAnswerError) return this.#sendSeparately(batch, error.status);
      if (error instanceof BodyTooLargeError) return this.#sendSeparately(batch);
      for (const one of batch) one.reject(error);
    }
  }

  /** @param status status of the unusable reply to the batch */
  #sendSeparately(batch: readonly Waiting[], status = 200): void {
    for (const { request, context, resolve, reject } of batch) {
      const { signal, deadline } = context;
      if (signal.aborted || (deadline && deadline.leftMs() < MIN_LEFT_MS)) continue;
      if (PASSING_STATUSES.has(status)) reject(new Error(`the subgraph answered ${status}`));
      else resolve(this.#next(request, context));
    }
  }
}

/** Splits fetches into batches, in the order they came, as many together as the bound allows. */
function inBatches(waiting: readonly Waiting[]): Waiting[][] {
  const batches: Waiting[][] = [];
  let size = Number.POSITIVE_INFINITY;
  for (const one of waiting) {
    if (one.context.signal.aborted) {
      one.reject(one.context.signal.reason);
      continue;
    }
    const length = one.request.representations?.length ?? 0;
    if (size + length > MAX_REPRESENTATIONS) {
      batches.push([]);
      size = 0;
    }
    batches.at(-1)?.push(one);
    size += length;
  }
  return batches;
}

function indicesOf(batch: readonly Waiting[]): Map<string, number> {
  const indices = new Map<string, number>();
  for (const { request } of batch) {
    for (const representation of request.representations ?? []) {
      if (!indices.has(representation)) indices.set(representation, indices.size);
    }
  }
  return indices;
}

/**
 * Lifetime of the call of a batch: until every fetch of it has ended, with the latest of their deadlines. A fetch that ends
 * before is rejected.
 */
class JointLifetime implements Lifetime {
  readonly deadline: Deadline | undefined;
  /** Counts what is held for all of them in equal parts. */
  readonly bytes: NonNullable<Lifetime['bytes']>;
  readonly #controller = new AbortController();

  constructor(batch: readonly Waiting[]) {
    const { length } = batch;
    this.bytes = {
      takeReply: (bytes) => batch.forEach(({ context }) => void context.bytes?.takeReply(Math.ceil(bytes / length))),
    };
    let left = length;
    for (const { context, reject } of batch) {
      const { signal } = context;
      signal.addEventListener('abort', () => {
        reject(signal.reason);
        left -= 1;
        if (left === 0) this.#controller.abort();
      });
    }
    [this.deadline] = batch.flatMap(({ context }) => context.deadline ?? []).sort((a, b) => b.endsAt - a.endsAt);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }
}

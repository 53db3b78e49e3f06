import { setImmediate } from 'node:timers';
import type { GraphQLAnswer } from '@lockstep/runtime/http/client/subgraph-answer.ts';
import type { Deadline, Lifetime } from '@lockstep/runtime/http/deadline.ts';
import type { GraphQLFormattedError } from 'graphql';
import { FetchRequest } from '../execution/fetching/fetch-request.ts';
import { copyOf } from '../execution/fetching/records.ts';
import type { CallObserver } from './call-observer.ts';
import type { ForwardedHeaders } from './forwarded-headers.ts';

/** Makes one call. */
type Call = (request: FetchRequest, headers: ForwardedHeaders, lifetime: Lifetime) => Promise<GraphQLAnswer>;

/** An entity fetch of one operation that waits in a batch. */
interface Waiting {
  readonly request: FetchRequest;
  readonly headers: ForwardedHeaders;
  readonly lifetime: Lifetime;
  resolve(answer: GraphQLAnswer | Promise<GraphQLAnswer>): void;
  reject(reason: unknown): void;
}

/** The most representations that travel together; a fetch that has more goes alone. */
const MAX_REPRESENTATIONS = 1000;

/**
 * Lets entity fetches of different operations travel as one call where they are of the same fetch node, have the same
 * variables and headers, and wait at the same moment: nothing waits longer than until the event loop comes round.
 */
export class EntityBatches {
  readonly #call: Call;
  readonly #observer: CallObserver | undefined;
  readonly #waiting = new Map<string, Waiting[]>();
  #isScheduled = false;

  constructor(call: Call, observer?: CallObserver) {
    this.#call = call;
    this.#observer = observer;
  }

  /** The answer to this fetch alone. `lifetime` ends this waiting only. */
  fetch(request: FetchRequest, headers: ForwardedHeaders, lifetime: Lifetime): Promise<GraphQLAnswer> {
    return new Promise((resolve, reject) => {
      const key = `${headers.identity} ${request.toIdentityOfAnyEntities()}`;
      const waiting = this.#waiting.get(key);
      const one = { request, headers, lifetime, resolve, reject };
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
    if (only && batch.length === 1) only.resolve(this.#call(only.request, only.headers, only.lifetime));
    else void sendTogether(batch, this.#call, this.#observer);
  }
}

/** In the order they came, as many together as the bound allows. */
function inBatches(waiting: readonly Waiting[]): Waiting[][] {
  const batches: Waiting[][] = [];
  let size = Number.POSITIVE_INFINITY;
  for (const one of waiting) {
    if (one.lifetime.signal.aborted) {
      one.reject(one.lifetime.signal.reason);
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

async function sendTogether(batch: readonly Waiting[], call: Call, observer?: CallObserver): Promise<void> {
  const indices = new Map<string, number>();
  for (const { request } of batch) {
    for (const representation of request.representations ?? []) {
      if (!indices.has(representation)) indices.set(representation, indices.size);
    }
  }
  const leaving = new LeavingTogether(batch);
  try {
    const [first] = batch;
    if (!first) return;
    const request = new FetchRequest(first.request.constants, first.request.variables, [...indices.keys()]);
    const answer = await call(request, first.headers, leaving);
    observer?.batched(batch.map(({ headers }) => headers));
    share(answer, batch, indices);
  } catch (error) {
    for (const one of batch) one.reject(error);
  }
}

/**
 * Ends the waiting of each of a batch that leaves, and the call that they share once all have left. Its deadline is the
 * latest of theirs.
 */
class LeavingTogether implements Lifetime {
  readonly deadline: Deadline | undefined;
  readonly #controller = new AbortController();

  constructor(batch: readonly Waiting[]) {
    let left = batch.length;
    for (const {
      lifetime: { signal },
      reject,
    } of batch) {
      signal.addEventListener('abort', () => {
        reject(signal.reason);
        left -= 1;
        if (left === 0) this.#controller.abort();
      });
    }
    [this.deadline] = batch.flatMap(({ lifetime }) => lifetime.deadline ?? []).sort((a, b) => b.endsAt - a.endsAt);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }
}

/** Gives each of the batch its own part: the entities it asked for, and the errors about them and about none. */
function share(answer: GraphQLAnswer, batch: readonly Waiting[], indices: ReadonlyMap<string, number>): void {
  const entities = answer.data?._entities;
  const isWhole = Array.isArray(entities) && entities.length === indices.size;
  const taken = new Set<number>();
  for (const { request, resolve } of batch) {
    const own = (request.representations ?? []).map((representation) => indices.get(representation) ?? -1);
    resolve({
      ...(answer.data !== undefined && { data: answer.data }),
      ...(isWhole && { data: { _entities: own.map((index) => takeEntity(entities, index, taken)) } }),
      ...(answer.errors && errorsFor(own, answer.errors)),
      ...(answer.head && { head: answer.head }),
    });
  }
}

/** An entity that several asked for is copied: each merges it into its own answer. */
function takeEntity(entities: readonly unknown[], index: number, taken: Set<number>): unknown {
  const entity = entities[index];
  if (!taken.has(index)) {
    taken.add(index);
    return entity;
  }
  return copyOf(entity);
}

function errorsFor(
  own: readonly number[],
  errors: readonly GraphQLFormattedError[],
): { errors?: GraphQLFormattedError[] } {
  const positions = new Map(own.map((index, position) => [index, position]));
  const shared = errors.flatMap((error) => {
    const [root, index, ...below] = Array.isArray(error.path) ? error.path : [];
    if (root !== '_entities' || typeof index !== 'number') return [error];
    const position = positions.get(index);
    return position === undefined ? [] : [{ ...error, path: [root, position, ...below] }];
  });
  return shared.length > 0 ? { errors: shared } : {};
}

import { TransientMap } from '@lockstep/runtime/caching/transient-map.ts';
import { saysOutOfTime } from '@lockstep/runtime/graphql/errors.ts';
import { RequestBytes } from '@lockstep/runtime/http/bytes-in-flight.ts';
import type { JsonRecord } from '@lockstep/runtime/json-record.ts';
import { SharedWork } from '../operations/shared-work.ts';
import type { EndedMutations } from '../subgraphs/ended-mutations.ts';
import type { Context } from '../supergraph/request-context.ts';

/** Fields of a context that decide if its answer can be another's too, and those that the run for all of them has of its own. */
export type SharingContext = Partial<
  Pick<Context, 'bytes' | 'cacheStatus' | 'calls' | 'deadline' | 'record' | 'signal' | 'timeline'>
>;

/** Request that can wait for an answer. */
export interface WaitingRequest {
  /** Aborted when its client leaves. */
  readonly signal: AbortSignal;
}

/** Answer without errors. */
export interface MadeAnswer {
  readonly data: JsonRecord | null;
  /** The whole response. */
  readonly text: string;
}

/** Result of a run for several requests. */
export interface SharedRun {
  /** Undefined if there is no answer without errors. */
  readonly made: MadeAnswer | undefined;
  /** The run, if it has errors. */
  readonly begun?: Context['begun'];
}

/** Runs an operation for all that wait for it. */
type Run = (own: { readonly signal: AbortSignal; readonly bytes: RequestBytes }) => Promise<SharedRun>;

/** Time that a request needs for a run of its own. */
const MIN_LEFT_MS = 50;

/**
 * Answers that several clients wait for at the same time: one run makes the text for all of them. Only for operations without
 * variables, because it takes longer to tell variables apart than most requests would gain.
 */
export class SharedAnswers {
  readonly #mutations: EndedMutations;
  readonly #running = new TransientMap<object, SharedAnswer>();

  constructor(mutations: EndedMutations) {
    this.#mutations = mutations;
  }

  /** Returns true if nothing about the request but its operation decides what its answer is. */
  static fits<Given extends SharingContext>(context: Given): context is Given & WaitingRequest {
    const { signal, calls, timeline, cacheStatus, record } = context;
    return signal !== undefined && !calls && !timeline && !cacheStatus && !record?.trace;
  }

  /** Returns the answer that is being made for others, unless a mutation has ended since it was begun. */
  find(operation: object): SharedWork<SharedRun> | undefined {
    const found = this.#running.get(operation);
    return found && !found.work.isGivenUp && found.endedBefore === this.#mutations.count ? found.work : undefined;
  }

  /** Begins an answer that others can join until it is made. */
  begin(operation: object, run: Run): SharedWork<SharedRun> {
    const bytes = new RequestBytes();
    const work = new SharedWork((signal) =>
      run({ signal, bytes }).finally(() => {
        bytes.release();
        if (this.#running.get(operation)?.work === work) this.#running.delete(operation);
      }),
    );
    this.#running.set(operation, { work, endedBefore: this.#mutations.count });
    return work;
  }
}

/** An answer that is being made. */
interface SharedAnswer {
  readonly work: SharedWork<SharedRun>;
  /** Number of mutations that had ended when it was begun. */
  readonly endedBefore: number;
}

/**
 * Returns true if a run has failed that a request can do better than: it ran out of time, and the request, which came later,
 * has some left.
 */
export async function isWorthRepeating(
  { begun }: SharedRun,
  { deadline }: Pick<SharingContext, 'deadline'>,
): Promise<boolean> {
  if (deadline && deadline.leftMs() < MIN_LEFT_MS) return false;
  const result = await begun?.catch(() => undefined);
  return saysOutOfTime(result?.errors);
}

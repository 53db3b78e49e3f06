import { RequestBytes } from '@lockstep/runtime/http/bytes-in-flight.ts';
import type { JsonRecord } from '@lockstep/runtime/json-record.ts';
import { clientLeft } from '../operations/in-time.ts';
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

/** Runs an operation for all that wait for it. Resolves with undefined if that gives no answer without errors. */
type Run = (own: { readonly signal: AbortSignal; readonly bytes: RequestBytes }) => Promise<MadeAnswer | undefined>;

/**
 * Answers that several clients wait for at the same time: one run makes the text for all of them. Only for operations without
 * variables, because it takes longer to tell variables apart than most requests would gain.
 */
export class SharedAnswers {
  readonly #mutations: EndedMutations;
  readonly #running = new Map<object, SharedAnswer>();

  constructor(mutations: EndedMutations) {
    this.#mutations = mutations;
  }

  /** Returns true if nothing about the request but its operation decides what its answer is. */
  static fits<Given extends SharingContext>(context: Given): context is Given & WaitingRequest {
    const { signal, calls, timeline, cacheStatus, record } = context;
    return signal !== undefined && !calls && !timeline && !cacheStatus && !record?.trace;
  }

  /** Returns the answer that is being made for others, unless a mutation has ended since it was begun. */
  find(operation: object): SharedAnswer | undefined {
    const found = this.#running.get(operation);
    return found?.endedBefore === this.#mutations.count ? found : undefined;
  }

  /** Begins an answer that others can join until it is made. */
  begin(operation: object, run: Run): SharedAnswer {
    const answer = new SharedAnswer(run, this.#mutations.count, () => {
      if (this.#running.get(operation) === answer) this.#running.delete(operation);
    });
    this.#running.set(operation, answer);
    return answer;
  }
}

/** An answer that is being made. */
export class SharedAnswer {
  /** Number of mutations that had ended when it was begun. */
  readonly endedBefore: number;
  readonly #made: Promise<MadeAnswer | undefined>;
  readonly #controller = new AbortController();
  readonly #close: () => void;
  #waiting = 0;

  constructor(run: Run, endedBefore: number, close: () => void) {
    this.endedBefore = endedBefore;
    this.#close = close;
    const bytes = new RequestBytes();
    this.#made = run({ signal: this.#controller.signal, bytes }).finally(() => {
      bytes.release();
      close();
    });
    this.#made.catch(() => {}); // reported to those who wait, if there are any left
  }

  /** Resolves with the answer, unless the client leaves first. The run ends when no client waits for it any more. */
  wait({ signal }: WaitingRequest): Promise<MadeAnswer | undefined> {
    this.#waiting += 1;
    return new Promise((resolve, reject) => {
      const leave = () => {
        this.#waiting -= 1;
        reject(clientLeft());
        if (this.#waiting > 0) return;
        this.#close();
        this.#controller.abort();
      };
      if (signal.aborted) return leave();
      signal.addEventListener('abort', leave);
      const stopListening = () => signal.removeEventListener('abort', leave);
      this.#made.finally(stopListening).then(resolve, reject);
    });
  }
}

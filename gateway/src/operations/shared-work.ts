import type { Lifetime } from '@lockstep/runtime/http/deadline.ts';
import { inTime } from './in-time.ts';

/** Request that waits for work. What it lacks is the gateway's own: it never leaves, and isn't bounded. */
export interface Waiter extends Partial<Pick<Lifetime, 'signal' | 'deadline'>> {
  /** Returns the key by which clients are told apart. */
  readonly client?: (() => string) | undefined;
}

/** Thrown by work that is given up, because the last request that waited for it has left. */
export class AbandonedError extends Error {
  override readonly name = 'AbandonedError';
}

/** Work that several requests wait for. It is given up when the last of them has left. */
export class SharedWork<Result> {
  readonly #result: Promise<Result>;
  readonly #controller = new AbortController();
  #waiting = 0;
  #isSettled = false;

  /** @param work its signal is aborted when nobody waits any more; it may go on if it has begun */
  constructor(work: (signal: AbortSignal) => Promise<Result>) {
    this.#result = work(this.#controller.signal);
    const settle = () => {
      this.#isSettled = true;
    };
    this.#result.then(settle, settle);
  }

  get isGivenUp(): boolean {
    return this.#controller.signal.aborted;
  }

  /**
   * Resolves with the result, unless the request leaves before.
   *
   * @throws {ExpectedError} `DEADLINE_EXCEEDED` if it does
   */
  async wait(waiter: Waiter): Promise<Result> {
    this.#waiting += 1;
    try {
      return await inTime(this.#result, waiter);
    } finally {
      this.#waiting -= 1;
      if (this.#waiting === 0 && !this.#isSettled) this.#controller.abort(new AbandonedError());
    }
  }
}

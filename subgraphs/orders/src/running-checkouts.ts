import { setTimeout as delay } from 'node:timers/promises';
import { isAlive } from '@lockstep/runtime/is-alive.ts';
import type { Saga } from './database/sagas.ts';

const LOOK_AGAIN_MS = 50;

/** Checkouts under way, which the sweep leaves alone. While a process replaces another one, either may run some. */
export class RunningCheckouts {
  readonly #timeoutMs: number;
  readonly #ends = new Map<number, Promise<unknown>>();

  /** @param timeoutMs time that a checkout may take; one that is older doesn't count, so another use of an id doesn't matter */
  constructor(timeoutMs: number) {
    this.#timeoutMs = timeoutMs;
  }

  /** Returns true if this process runs the checkout, or another one may. */
  has({ orderKey, processId, changedAt }: Saga): boolean {
    if (processId === process.pid) return this.#ends.has(orderKey);
    return Date.now() - changedAt < this.#timeoutMs && (processId === null || isAlive(processId));
  }

  /** Runs a checkout, which counts as running until its promise is settled. */
  async run<Result>(orderKey: number, work: () => Promise<Result>): Promise<Result> {
    const end = Promise.withResolvers<void>();
    this.#ends.set(orderKey, end.promise);
    try {
      return await work();
    } finally {
      this.#ends.delete(orderKey);
      end.resolve();
    }
  }

  /**
   * Resolves once the checkout has ended, or isn't running.
   *
   * @throws the signal's reason if it is aborted first
   */
  async end(find: () => Promise<Saga | undefined>, signal: AbortSignal): Promise<void> {
    const left = Promise.withResolvers<void>();
    signal.addEventListener('abort', () => left.resolve(), { once: true });
    for (let saga = await find(); saga && saga.state !== 'ENDED' && this.has(saga); saga = await find()) {
      const ofAnother = delay(LOOK_AGAIN_MS, undefined, { signal }).catch(() => {}); // left resolves
      await Promise.race([this.#ends.get(saga.orderKey) ?? ofAnother, left.promise]);
      signal.throwIfAborted();
    }
  }
}

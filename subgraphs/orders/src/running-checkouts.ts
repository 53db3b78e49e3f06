import { pause, type Signal } from '@lockstep/runtime/http/signal.ts';
import { isAlive } from '@lockstep/runtime/is-alive.ts';
import { INSTANCE_ID } from './database/saga-runner.ts';
import type { Saga } from './database/sagas.ts';

const LOOK_AGAIN_MS = 50;

/** Checkouts under way, which the sweep leaves alone. While a process replaces another one, either may run some. */
export class RunningCheckouts {
  readonly #timeoutMs: number;
  readonly #isOnOneMachine: boolean;
  readonly #ends = new Map<number, Promise<unknown>>();
  /** Times at which writes of checkouts began whose outcome is not known yet: others may see their rows already. */
  readonly #writes = new Set<{ readonly since: number }>();

  /**
   * @param timeoutMs time that a checkout may take; one that is older doesn't count, so another use of an id doesn't matter
   * @param isOnOneMachine true if the id of another process tells if it is alive
   */
  constructor(timeoutMs: number, isOnOneMachine: boolean) {
    this.#timeoutMs = timeoutMs;
    this.#isOnOneMachine = isOnOneMachine;
  }

  /** Returns true if this process runs the checkout, or another one may. */
  has({ orderKey, processId, instanceId, takenAt }: Saga): boolean {
    if (instanceId === INSTANCE_ID) return this.#ends.has(orderKey) || this.#mayBeNew(takenAt);
    if (Date.now() - takenAt >= this.#timeoutMs) return false;
    return !this.#isOnOneMachine || processId === null || (processId !== process.pid && isAlive(processId));
  }

  /** Writes a checkout, which counts as running until {@link run} is called for it. */
  async write<Result>(write: () => Promise<Result>): Promise<Result> {
    const writing = { since: Date.now() };
    this.#writes.add(writing);
    try {
      return await write();
    } finally {
      setImmediate(() => this.#writes.delete(writing)); // `run` has been called by then
    }
  }

  #isUndecided(saga: Saga): boolean {
    return saga.state === 'RESERVING' ? this.has(saga) : saga.state !== 'ENDED' && this.#ends.has(saga.orderKey);
  }

  #mayBeNew(takenAt: number): boolean {
    for (const { since } of this.#writes) if (takenAt >= since) return true;
    return false;
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
   * Resolves once the outcome of the checkout is known: it has ended, isn't running, or is cancelled by another process, which
   * can take long to release its stock.
   *
   * @throws the signal's reason if it is aborted first
   */
  async end(find: () => Promise<Saga | undefined>, signal: Signal): Promise<void> {
    const left = Promise.withResolvers<void>();
    signal.addEventListener('abort', left.resolve);
    for (let saga = await find(); saga && this.#isUndecided(saga); saga = await find()) {
      const ofAnother = pause(LOOK_AGAIN_MS, signal).catch(() => {}); // left resolves
      await Promise.race([this.#ends.get(saga.orderKey) ?? ofAnother, left.promise]);
      if (signal.aborted) throw signal.reason;
    }
  }
}

import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { ExpectedError } from '@lockstep/runtime/graphql/errors.ts';
import type { Logger } from '@lockstep/runtime/logging.ts';
import { requestScope } from '@lockstep/runtime/request-scope.ts';
import { engineOf } from '@lockstep/subgraph-kit/database/engines/engine.ts';
import { INSTANCE_ID, takeOver } from './database/saga-runner.ts';
import { findSagasNotEnded, type Saga } from './database/sagas.ts';
import { cancelUnsettled } from './saga.ts';
import type { Services } from './services.ts';

const INTERVAL_MS = 1000;
const AT_A_TIME = 10;

/**
 * Ends abandoned checkouts, at its start and every second: those that a crash left, that ran out of time, or whose stock
 * could not be released. It cancels those that are not confirmed, because their clients have no answer or an error.
 */
export class Sweep {
  readonly #services: Services;
  readonly #logger: Logger;
  readonly #stopping = new AbortController();
  readonly #end: Promise<void>;

  constructor(services: Services, logger: Logger) {
    this.#services = services;
    this.#logger = logger;
    this.#end = this.#run();
  }

  /** Resolves once the calls under way have ended. */
  stop(): Promise<void> {
    this.#stopping.abort();
    return this.#end;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    const { sweepCounts } = this.#services;
    while (!signal.aborted) {
      const startedAt = performance.now();
      try {
        await this.#pass();
      } catch (error) {
        sweepCounts.failures += 1;
        this.#logger.error(error, 'a pass of the sweep failed');
      }
      sweepCounts.passes += 1;
      sweepCounts.secondsOfLast = (performance.now() - startedAt) / 1000;
      await delay(INTERVAL_MS, undefined, { signal }).catch(() => {}); // a stop ends the wait
    }
  }

  async #pass(): Promise<void> {
    const { db, running } = this.#services;
    const sagas = await findSagasNotEnded(db);
    const left = sagas.filter((saga) => !running.has(saga));
    const rest = left.values();
    const worker = async () => {
      for (const saga of rest) await requestScope.run({ id: randomUUID() }, () => this.#endSaga(saga));
    };
    await Promise.all(Array.from({ length: AT_A_TIME }, worker));
  }

  async #endSaga(saga: Saga): Promise<void> {
    const { orderKey } = saga;
    const { signal } = this.#stopping;
    if (signal.aborted || !(await this.#isOurs(saga))) return;
    try {
      const isEnded = await cancelUnsettled(this.#services, orderKey, { signal });
      if (!isEnded) return; // its client's request was a moment ahead
      this.#services.sweepCounts.ended += 1;
      this.#logger.info({ order: orderKey }, 'the sweep ended an abandoned checkout; the order is cancelled');
    } catch (error) {
      if (!(error instanceof ExpectedError)) throw error; // noted in the saga; the next pass tries again
    }
  }

  /** Takes over what another instance left, or what is about to be free for the others. */
  async #isOurs(saga: Saga): Promise<boolean> {
    const { db, checkoutTimeoutMs } = this.#services;
    const isFresh = Date.now() - saga.takenAt < checkoutTimeoutMs / 2;
    const isKept = saga.instanceId === INSTANCE_ID && (isFresh || engineOf(db).isOnOneMachine);
    return isKept || takeOver(db, saga);
  }
}

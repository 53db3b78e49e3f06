import { setTimeout as delay, setImmediate as turn } from 'node:timers/promises';
import { ExpectedError } from '@lockstep/runtime/graphql/errors.ts';
import type { Logger } from '@lockstep/runtime/logging.ts';
import { findSagasNotEnded, type Saga } from './database/sagas.ts';
import { cancelUnsettled } from './saga.ts';
import type { Services } from './services.ts';

const INTERVAL_MS = 1000;
const AT_A_TIME = 10;

/**
 * Ends the checkouts that nobody is at: those that a crash left, that ran out of time, or whose stock could not be
 * released. Each is cancelled, for whoever sent it has no answer or a bad one. At its start and every second.
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

  /** Resolves when it has come to its end: at most at the end of the calls under way. */
  stop(): Promise<void> {
    this.#stopping.abort();
    return this.#end;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      try {
        await this.#pass();
      } catch (error) {
        this.#logger.error(error, 'the sweep could not end what is left');
      }
      await delay(INTERVAL_MS, undefined, { signal }).catch(() => {}); // a stop ends the wait
    }
  }

  async #pass(): Promise<void> {
    const { db, running } = this.#services;
    const sagas = await findSagasNotEnded(db);
    await turn(); // a checkout that was written a moment ago counts as running now
    const left = sagas.filter(({ orderKey }) => !running.has(orderKey));
    const rest = left.values();
    const worker = async () => {
      for (const saga of rest) await this.#endSaga(saga);
    };
    await Promise.all(Array.from({ length: AT_A_TIME }, worker));
  }

  async #endSaga({ orderKey }: Saga): Promise<void> {
    const { signal } = this.#stopping;
    if (signal.aborted) return;
    try {
      await cancelUnsettled(this.#services, orderKey, { signal });
      this.#logger.info({ order: orderKey }, 'the sweep ended a checkout that was left: the order is cancelled');
    } catch (error) {
      if (!(error instanceof ExpectedError)) throw error; // the others are noted in the saga: again in a second
    }
  }
}

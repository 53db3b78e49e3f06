import type { IncomingMessage } from 'node:http';
import { RefusedRequestError } from '@lockstep/runtime/refused-request-error.ts';
import { RejectionCounts } from '../../telemetry/rejection-counts.ts';

const RETRY_AFTER_S = 1;

/**
 * Bounds how many operations run at a time. Those beyond it are refused at once, so that the others are answered in time:
 * a gateway that takes more than it can do ends up answering nothing in time.
 */
export class ConcurrencyLimit {
  readonly #max: number;
  readonly #running = new Set<IncomingMessage>();
  readonly #refusals: RejectionCounts;

  constructor(max: number, refusals = new RejectionCounts()) {
    this.#max = max;
    this.#refusals = refusals;
  }

  /** @throws {RefusedRequestError} `OVERLOADED` if the limit is reached: then the body need not be read */
  check(): void {
    if (this.#running.size >= this.#max) throw this.#refusal();
  }

  /**
   * Counts the request as running, until it leaves. To be called once its body has come: clients that are slow to send
   * hold nobody else up.
   *
   * @throws {RefusedRequestError} `OVERLOADED` if others have come first in the meantime
   */
  enter(request: IncomingMessage): void {
    this.check();
    this.#running.add(request);
  }

  /** Counts the request as running no longer, if it ever was. */
  leave(request: IncomingMessage): void {
    this.#running.delete(request);
  }

  #refusal(): RefusedRequestError {
    this.#refusals.add('traffic_shaping.concurrency_limit', 'refused');
    const message = `The gateway runs as many operations as it may at a time, ${this.#max}; try again in ${RETRY_AFTER_S} s`;
    return new RefusedRequestError(503, 'OVERLOADED', message, { 'retry-after': String(RETRY_AFTER_S) });
  }
}

import type { IncomingMessage } from 'node:http';
import { answerError } from '@lockstep/runtime/http/server/answers.ts';
import type { Handler } from '@lockstep/runtime/http/server/server.ts';
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

  /** Refuses what comes while the limit is reached, before its body is read. */
  guard(handler: Handler): Handler {
    return async (request, response) => {
      if (this.#isReached()) {
        const { status, code, message, headers } = this.#refusal();
        return answerError(response, status, code, message, headers);
      }
      try {
        await handler(request, response);
      } finally {
        this.#running.delete(request);
      }
    };
  }

  /**
   * Counts the request as running, until its handler is done. To be called once its body has come: clients that are slow
   * to send hold nobody else up.
   *
   * @throws {RefusedRequestError} `OVERLOADED` where others have come first in the meantime
   */
  enter(request: IncomingMessage): void {
    if (this.#isReached()) throw this.#refusal();
    this.#running.add(request);
  }

  #isReached(): boolean {
    return this.#running.size >= this.#max;
  }

  #refusal(): RefusedRequestError {
    this.#refusals.add('traffic_shaping.concurrency_limit', 'refused');
    const message = `The gateway runs as many operations as it may at a time, ${this.#max}; try again in ${RETRY_AFTER_S} s`;
    return new RefusedRequestError(503, 'OVERLOADED', message, { 'retry-after': String(RETRY_AFTER_S) });
  }
}

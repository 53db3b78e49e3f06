import type { IncomingMessage, ServerResponse } from 'node:http';
import { TransientMap } from '@lockstep/runtime/caching/transient-map.ts';
import { RefusedRequestError } from '@lockstep/runtime/refused-request-error.ts';
import { RejectionCounts } from '../../telemetry/rejection-counts.ts';

const RETRY_AFTER_S = 1;

/**
 * Bounds how many operations run at a time. Those beyond it are refused at once, so that the others are answered in time:
 * a gateway that takes more than it can do ends up answering nothing in time.
 */
export class ConcurrencyLimit {
  readonly #max: number;
  readonly #running = new TransientMap<IncomingMessage, true>();
  readonly #refusals: RejectionCounts;

  constructor(max: number, refusals = new RejectionCounts()) {
    this.#max = max;
    this.#refusals = refusals;
  }

  /**
   * Counts a request from before its body is read, until it leaves.
   *
   * @throws {RefusedRequestError} `OVERLOADED` if the limit is reached: then the body need not be read
   */
  enter(request: IncomingMessage): void {
    if (this.#running.size >= this.#max) throw this.#refusal();
    this.#running.set(request, true);
  }

  /**
   * Counts the request no longer, if it ever was, once its answer is sent as well. To be called when its handler is done:
   * clients that are slow to read count as much as those that are slow to send.
   */
  leave(request: IncomingMessage, response: ServerResponse): void {
    if (!this.#running.has(request)) return;
    if (response.closed) this.#running.delete(request);
    else response.on('close', () => this.#running.delete(request));
  }

  #refusal(): RefusedRequestError {
    this.#refusals.add('traffic_shaping.concurrency_limit', 'refused');
    const message = `The gateway runs as many operations as it may at a time, ${this.#max}; try again in ${RETRY_AFTER_S} s`;
    return new RefusedRequestError(503, 'OVERLOADED', message, { 'retry-after': String(RETRY_AFTER_S) });
  }
}

import type { IncomingMessage, ServerResponse } from 'node:http';
import { isDeepStrictEqual } from 'node:util';
import type { Logger } from '@lockstep/runtime/logging.ts';
import type { TrafficShaping } from '../../configuration/sections/traffic-shaping.ts';
import type { RejectionCounts } from '../../telemetry/rejection-counts.ts';
import { ConcurrencyLimit } from './concurrency-limit.ts';
import { RateLimit } from './rate-limit.ts';

type Settings = { readonly [Key in 'rateLimit' | 'concurrencyLimit']?: TrafficShaping[Key] | undefined };

/** Limits on requests before they are read: how many a client may send, and how many may run at a time. */
export class TrafficLimits {
  readonly #settings: Settings;
  readonly #rate: RateLimit | undefined;
  readonly #concurrency: ConcurrencyLimit | undefined;
  /** Request handlers that have not closed it. */
  #holders = 1;

  private constructor(settings: Settings, rate: RateLimit | undefined, concurrency: ConcurrencyLimit | undefined) {
    this.#settings = settings;
    this.#rate = rate;
    this.#concurrency = concurrency;
  }

  /** @param before those in force now, which go on counting if the settings are equal */
  static async open(
    { rateLimit, concurrencyLimit }: Settings,
    { logger, refusals }: { readonly logger: Logger; readonly refusals: RejectionCounts },
    before?: TrafficLimits,
  ): Promise<TrafficLimits> {
    const settings = { rateLimit, concurrencyLimit };
    if (before && isDeepStrictEqual(before.#settings, settings)) return before.#share();
    return new TrafficLimits(
      settings,
      rateLimit && (await RateLimit.open(rateLimit, logger, refusals)),
      concurrencyLimit === undefined ? undefined : new ConcurrencyLimit(concurrencyLimit, refusals),
    );
  }

  /** @throws {RefusedRequestError} if the request is beyond the limits: then its body need not be read */
  admit(request: IncomingMessage): void | Promise<void> {
    const counted = this.#rate?.check(request);
    return counted ? counted.then(() => this.#concurrency?.enter(request)) : this.#concurrency?.enter(request);
  }

  /** See {@link ConcurrencyLimit.leave}. */
  leave(request: IncomingMessage, response: ServerResponse): void {
    this.#concurrency?.leave(request, response);
  }

  /** Closes them once every request handler that shares them has done so. */
  close(): void {
    this.#holders -= 1;
    if (this.#holders === 0) this.#rate?.close();
  }

  #share(): this {
    this.#holders += 1;
    return this;
  }
}

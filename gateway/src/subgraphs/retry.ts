import { isLost, isRefused } from '@lockstep/runtime/http/client/connection-failure.ts';
import type { Instance } from '@lockstep/runtime/http/client/instance.ts';
import type { Reply } from '@lockstep/runtime/http/client/subgraph-answer.ts';
import type { Lifetime } from '@lockstep/runtime/http/deadline.ts';
import { pause } from '@lockstep/runtime/http/signal.ts';
import type { RetrySettings } from '../configuration/sections/resilience.ts';
import type { Step } from './call-step.ts';

/** Bad gateway, unavailable, gateway timeout: the statuses of a proxy whose subgraph is gone for a moment. */
export const PASSING_STATUSES: ReadonlySet<number> = new Set([502, 503, 504]);

/** Maximum number of retries that calls save up. */
const MAX_SAVED = 10;

/** Price of a retry: 1, less the error of adding up fractions. */
const PRICE = 0.999_999;

/**
 * Sends queries to one subgraph again if they fail in a way that may pass, to another instance if it has several; mutations are
 * sent once.
 */
export function retry(settings: RetrySettings, hasInstances = false): Step<Reply> {
  const retries = new Retry(settings);
  return (next) => (request, given) => {
    if (request.constants.kind !== 'query') return next(request, given);
    const context = hasInstances ? { ...given, failedAt: new Set<Instance>() } : given;
    return retries.run((resends) => next(request, resends === 0 ? context : { ...context, resends }), context);
  };
}

/**
 * Repeats attempts that failed because there was no connection or a broken one, or with a status that says so. Each call
 * earns a share of a retry, so that a subgraph that fails every call gets hardly more of them.
 */
export class Retry {
  readonly #settings: RetrySettings;
  #saved = 0;

  constructor(settings: RetrySettings) {
    this.#settings = settings;
  }

  /**
   * @param send makes one attempt, and is told how many came before it
   * @param lifetime ends the attempts; none begins that its deadline would leave no time for
   */
  async run(send: (resends: number) => Promise<Reply>, lifetime: Lifetime): Promise<Reply> {
    this.#saved = Math.min(this.#saved + this.#settings.budget, MAX_SAVED);
    for (let attempt = 1; ; attempt += 1) {
      const pauseMs = this.#pauseAfter(attempt);
      try {
        const reply = await send(attempt - 1);
        if (!PASSING_STATUSES.has(reply.status) || !this.#takeRetry(attempt, pauseMs, lifetime)) return reply;
      } catch (error) {
        if (!(isLost(error) || isRefused(error)) || !this.#takeRetry(attempt, pauseMs, lifetime)) throw error;
      }
      await pause(pauseMs, lifetime.signal);
    }
  }

  /** Doubles the pause each time and takes up to half of it off, so that calls that failed together don't come back together. */
  #pauseAfter(attempt: number): number {
    return this.#settings.intervalMs * 2 ** (attempt - 1) * (1 - Math.random() / 2);
  }

  #takeRetry(attempt: number, pauseMs: number, { signal, deadline }: Lifetime): boolean {
    const leftMs = deadline?.leftMs() ?? Number.POSITIVE_INFINITY;
    if (attempt >= this.#settings.maxAttempts || this.#saved < PRICE || pauseMs >= leftMs || signal.aborted)
      return false;
    this.#saved -= 1;
    return true;
  }
}

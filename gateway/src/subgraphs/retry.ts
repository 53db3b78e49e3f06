import { setTimeout as delay } from 'node:timers/promises';
import { isLost, isRefused } from '@lockstep/runtime/http/client/connection-failure.ts';
import type { Reply } from '@lockstep/runtime/http/client/subgraph-answer.ts';
import type { Lifetime } from '@lockstep/runtime/http/deadline.ts';
import type { RetrySettings } from '../configuration/sections/resilience.ts';

/** Bad gateway, unavailable, gateway timeout: what stands before a subgraph that is gone for a moment says so. */
const PASSING_STATUSES = new Set([502, 503, 504]);

/** How many retries calls that succeed save up for those that don't. */
const MAX_SAVED = 10;

/** A retry, less the error of adding up fractions. */
const PRICE = 0.999_999;

/**
 * Sends the queries to one subgraph again that failed in a way that may pass: no connection, a broken one, or a status
 * that says so. Each call earns a share of a retry, so that a subgraph that fails every call gets hardly more of them.
 */
export class Retry {
  readonly #settings: RetrySettings;
  #saved = 0;

  constructor(settings: RetrySettings) {
    this.#settings = settings;
  }

  /**
   * @param send makes one attempt
   * @param lifetime ends the attempts; none begins that its deadline would leave no time for
   */
  async run(send: () => Promise<Reply>, lifetime: Lifetime): Promise<Reply> {
    this.#saved = Math.min(this.#saved + this.#settings.budget, MAX_SAVED);
    for (let attempt = 1; ; attempt += 1) {
      const pauseMs = this.#pauseAfter(attempt);
      try {
        const reply = await send();
        if (!PASSING_STATUSES.has(reply.status) || !this.#takeRetry(attempt, pauseMs, lifetime)) return reply;
      } catch (error) {
        if (!(isLost(error) || isRefused(error)) || !this.#takeRetry(attempt, pauseMs, lifetime)) throw error;
      }
      await delay(pauseMs, undefined, { signal: lifetime.signal });
    }
  }

  /** Twice as long each time, and up to half of it off, so that calls that failed together don't come back together. */
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

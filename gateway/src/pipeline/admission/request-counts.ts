import { LRUCache } from 'lru-cache';

/** Number of requests of a client in the current interval, and the rest of the interval. */
export interface RequestCount {
  readonly requests: number;
  readonly resetsInMs: number;
}

/** Counts the requests of each client. An interval begins with a client's first request, and the next one after its end. */
export interface RequestCounts {
  /** Counts one more request. Asynchronous only if Redis has to be asked. */
  add(client: string): RequestCount | Promise<RequestCount>;
  close(): void;
}

interface Interval {
  requests: number;
  readonly endsAt: number;
}

/** Maximum number of clients tracked (about 22 MB). Beyond it the least recently seen is evicted and starts a new interval. */
const MAX_CLIENTS = 100_000;

/**
 * The counts of this process alone. (Of rate-limiter-flexible, what is kept in memory isn't bounded, with a timer a client,
 * and what is kept in Redis knows whole seconds only.)
 */
export class MemoryCounts implements RequestCounts {
  readonly #intervalMs: number;
  readonly #intervals: LRUCache<string, Interval>;

  constructor(intervalMs: number, maxClients = MAX_CLIENTS) {
    this.#intervalMs = intervalMs;
    this.#intervals = new LRUCache({ max: maxClients });
  }

  add(client: string): RequestCount {
    const now = performance.now();
    const current = this.#intervals.get(client);
    if (current && now < current.endsAt) {
      current.requests += 1;
      return { requests: current.requests, resetsInMs: current.endsAt - now };
    }
    this.#intervals.set(client, { requests: 1, endsAt: now + this.#intervalMs });
    return { requests: 1, resetsInMs: this.#intervalMs };
  }

  close(): void {}
}

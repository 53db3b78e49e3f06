import { BOUNDS, bucketOf, noCounts } from './durations.ts';

const INTERVAL_MS = 2000;
const QUANTILE = 0.95;

/** A figure that pm2 shows. */
export interface Pm2Figure {
  readonly value: string;
  readonly unit: string;
}

/** A request that has ended. */
export interface EndedRequest {
  /** Undefined if the client left before it had one. */
  readonly status: number | undefined;
  readonly outcome: string;
  readonly durationMs: number;
}

/**
 * Counts of the requests of this process since pm2 was last told. They take a tenth of a microsecond for a request, and need no
 * metrics.
 */
export class Pm2Figures {
  #since: number;
  #requests = 0;
  #errors = 0;
  /** Number of requests by the bucket of their duration. */
  #counts = noCounts();

  /** @param now time by `performance.now()` */
  constructor(now: number) {
    this.#since = now;
  }

  /**
   * Tells pm2 the requests a second, the time within which 95 % of them were answered, and the errors a second, every two
   * seconds. `pm2 monit` and `pm2 show` show them (https://pm2.io/docs/plus/guide/custom-metrics/). Returns undefined if pm2
   * doesn't run this process.
   */
  static report(): Pm2Figures | undefined {
    if (!process.send) return undefined;
    const figures = new Pm2Figures(performance.now());
    const tell = () => {
      const data = figures.take(performance.now());
      process.send?.({ type: 'axm:monitor', data }, undefined, undefined, () => {});
    };
    setInterval(tell, INTERVAL_MS).unref();
    return figures;
  }

  add({ status, outcome, durationMs }: EndedRequest): void {
    this.#requests += 1;
    if (outcome === 'error' || outcome === 'partial' || Number(status) >= 500) this.#errors += 1;
    const bucket = bucketOf(durationMs / 1000);
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1;
  }

  /** Returns what pm2 shows of the time until now, and begins anew. */
  take(now: number): Record<string, Pm2Figure> {
    const seconds = (now - this.#since) / 1000;
    const rate = (count: number) => ({ value: (count / seconds).toFixed(1), unit: '/s' });
    const ms = quantileOf(this.#counts, this.#requests);
    const figures = {
      requests: rate(this.#requests),
      p95: { value: ms === undefined ? '-' : ms.toFixed(1), unit: 'ms' },
      errors: rate(this.#errors),
    };
    this.#since = now;
    this.#requests = 0;
    this.#errors = 0;
    this.#counts = noCounts();
    return figures;
  }
}

/** Returns the time in milliseconds, as Prometheus' `histogram_quantile` does; undefined if there were no requests. */
function quantileOf(counts: readonly number[], total: number): number | undefined {
  if (total === 0) return undefined;
  const rank = QUANTILE * total;
  let below = 0;
  let start = 0;
  for (const [bucket, count] of counts.entries()) {
    const bound = BOUNDS[bucket];
    if (bound === undefined) return 1000 * start;
    if (below + count >= rank) return 1000 * (start + ((bound - start) * (rank - below)) / count);
    below += count;
    start = bound;
  }
  return undefined;
}

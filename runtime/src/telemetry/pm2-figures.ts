import type { FiguresOfMetric } from './metric-registry.ts';
import type { TrafficMetrics } from './traffic-metrics.ts';

const INTERVAL_MS = 2000;
const QUANTILE = 0.95;

/** Traffic of a process up to a moment. */
interface Traffic {
  readonly at: number;
  readonly requests: number;
  readonly errors: number;
  /** Number of requests that took no longer than so many seconds. */
  readonly within: ReadonlyMap<number, number>;
}

/** A figure that pm2 shows. */
export interface Pm2Figure {
  readonly value: string;
  readonly unit: string;
}

/**
 * Tells pm2 the requests a second, the time within which 95 % of them were answered, and the errors a second, every two
 * seconds. `pm2 monit` and `pm2 show` show them (https://pm2.io/docs/plus/guide/custom-metrics/). Does nothing if pm2 doesn't
 * run this process.
 */
export function reportToPm2(metrics: TrafficMetrics): void {
  if (!process.send) return;
  let last: Promise<Traffic> = trafficOf(metrics);
  const report = async () => {
    const before = await last;
    last = trafficOf(metrics);
    process.send?.({ type: 'axm:monitor', data: figuresBetween(before, await last) }, undefined, undefined, () => {});
  };
  setInterval(() => void report(), INTERVAL_MS).unref();
}

/** Reads the traffic of a process up to now. */
export async function trafficOf({ requests, registry }: TrafficMetrics): Promise<Traffic> {
  let [all, errors] = [0, 0];
  for (const [status, outcome, count] of requests.all()) {
    all += count;
    if (outcome === 'error' || outcome === 'partial' || Number(status) >= 500) errors += count;
  }
  const within = bucketsOf(await registry.figuresOf('request_duration_seconds'));
  return { at: performance.now(), requests: all, errors, within };
}

/** Returns what pm2 shows of the time between two moments. */
export function figuresBetween(before: Traffic, now: Traffic): Record<string, Pm2Figure> {
  const seconds = (now.at - before.at) / 1000;
  const rate = (count: number) => ({ value: (count / seconds).toFixed(1), unit: '/s' });
  const ms = quantileBetween(before, now);
  return {
    requests: rate(now.requests - before.requests),
    p95: { value: ms === undefined ? '-' : ms.toFixed(1), unit: 'ms' },
    errors: rate(now.errors - before.errors),
  };
}

/** Returns the time in milliseconds, as Prometheus' `histogram_quantile` does; undefined if there were no requests. */
function quantileBetween(before: Traffic, now: Traffic): number | undefined {
  const counts = [...now.within].map(([bound, count]) => [bound, count - (before.within.get(bound) ?? 0)] as const);
  const rank = QUANTILE * (counts.at(-1)?.[1] ?? 0);
  if (rank === 0) return undefined;
  let [start, below] = [0, 0];
  for (const [bound, count] of counts) {
    if (count >= rank) return 1000 * (bound === Number.POSITIVE_INFINITY ? start : interpolate(bound, count));
    [start, below] = [bound, count];
  }
  return undefined;

  function interpolate(bound: number, count: number): number {
    return start + ((bound - start) * (rank - below)) / (count - below);
  }
}

function bucketsOf(histogram: FiguresOfMetric | undefined): Map<number, number> {
  const buckets = (histogram?.values ?? []).filter(({ labels }) => labels.le !== undefined);
  return new Map(
    buckets.map(({ labels: { le }, value }) => [le === '+Inf' ? Number.POSITIVE_INFINITY : Number(le), value]),
  );
}

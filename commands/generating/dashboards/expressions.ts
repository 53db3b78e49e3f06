/** Requests a second, of all processes. */
export const REQUESTS = 'sum(rate(lockstep_requests_total[$__rate_interval]))';

/** Returns the expression of the time within which a share of what a histogram counts is over. */
export function quantile(share: number, histogram: string, ...labels: string[]): string {
  const by = ['le', ...labels].join(', ');
  return `histogram_quantile(${share}, sum by (${by}) (rate(${histogram}_bucket[$__rate_interval])))`;
}

/** Label by which the series that all processes have are those of the gateway, or of a subgraph. */
const OF_GATEWAY = 'app="gateway"';
const OF_SUBGRAPHS = 'app!="gateway"';

/** Requests a second, of all processes of the gateway. */
export const REQUESTS = `sum(rate(lockstep_requests_total{${OF_GATEWAY}}[$__rate_interval]))`;

/** Returns the expression of the time within which a share of what a histogram of the gateway counts is over. */
export function quantile(share: number, histogram: string, ...labels: string[]): string {
  return quantileOf(OF_GATEWAY, share, histogram, labels);
}

/** Returns the expression of the time within which a share of what a histogram counts is over, by subgraph. */
export function subgraphQuantile(share: number, histogram: string, ...labels: string[]): string {
  return quantileOf(OF_SUBGRAPHS, share, histogram, ['app', ...labels]);
}

function quantileOf(app: string, share: number, histogram: string, labels: readonly string[]): string {
  const by = ['le', ...labels].join(', ');
  return `histogram_quantile(${share}, sum by (${by}) (rate(${histogram}_bucket{${app}}[$__rate_interval])))`;
}

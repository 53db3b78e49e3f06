import type { MetricRegistry } from './metric-registry.ts';
import { Tally } from './tally.ts';

/** Metrics of requests and of the calls made for them, which every process has. No label contains text from clients. */
export class TrafficMetrics {
  readonly registry: MetricRegistry;
  /** Requests by status and outcome. */
  readonly requests = new Tally();
  /** Calls by subgraph and status of the response. */
  readonly calls = new Tally();
  readonly requestDuration;
  readonly callDuration;
  underWay = 0;

  constructor(registry: MetricRegistry) {
    this.registry = registry;
    registry.tallied('requests_total', 'Requests that were answered, or left', ['status', 'outcome'], this.requests);
    registry.gauge('requests_under_way', 'Requests that are being answered', () => this.underWay);
    registry.tallied('subgraph_calls_total', 'Calls that were made, retries too', ['subgraph', 'status'], this.calls);
    this.requestDuration = registry.durations('request_duration_seconds', 'How long requests took');
    this.callDuration = registry.durations('subgraph_call_duration_seconds', 'How long calls took', 'subgraph');
  }

  /** Counts a call. @param status of the response, or `none` */
  noteCall(subgraph: string, status: number | 'none', startedAt: number): void {
    this.calls.add(subgraph, status);
    this.callDuration.add(subgraph, (performance.now() - startedAt) / 1000);
  }
}

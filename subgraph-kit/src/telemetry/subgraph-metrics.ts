import { MetricRegistry } from '@lockstep/runtime/telemetry/metric-registry.ts';
import { TrafficMetrics } from '@lockstep/runtime/telemetry/traffic-metrics.ts';

/** Prometheus metrics of a subgraph. Labels come from its code and its schema, not from clients. */
export class SubgraphMetrics extends TrafficMetrics {
  /** By field, such as `Query.users`. */
  readonly resolverDuration = this.registry.durations(
    'resolver_duration_seconds',
    'How long resolvers took that did not return at once',
    'field',
  );
  /** By kind and table, such as `SELECT users`. */
  readonly statementDuration = this.registry.durations(
    'statement_duration_seconds',
    'How long statements of the database took',
    'statement',
  );

  constructor() {
    super(new MetricRegistry());
  }
}

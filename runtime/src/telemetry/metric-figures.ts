import type { MetricType } from '@prometheus-io/client';

/** Figures of one metric. */
export interface FiguresOfMetric {
  readonly name: string;
  readonly help: string;
  readonly type: MetricType;
  readonly values: readonly {
    readonly value: number;
    readonly labels: Readonly<Partial<Record<string, string | number>>>;
    /** Name of the series, if it differs from that of the metric, as for the parts of a histogram. */
    readonly metricName?: string;
  }[];
}

import type { Attributes, HrTime } from '@opentelemetry/api';
import { millisToHrTime } from '@opentelemetry/core';
import {
  AggregationTemporality,
  type DataPoint,
  DataPointType,
  type Histogram,
  type MetricData,
} from '@opentelemetry/sdk-metrics';
import type { FiguresOfMetric } from './metric-figures.ts';

/** Names of OpenTelemetry's conventions for metrics that it has too: https://opentelemetry.io/docs/specs/semconv/general/metrics/ */
const NAMES: Readonly<Record<string, string>> = {
  lockstep_request_duration_seconds: 'http.server.request.duration',
  lockstep_subgraph_call_duration_seconds: 'http.client.request.duration',
  lockstep_statement_duration_seconds: 'db.client.operation.duration',
  process_cpu_seconds_total: 'process.cpu.time',
  process_resident_memory_bytes: 'process.memory.usage',
};

/** Names of the conventions for labels, and attributes that all series of a metric have. */
const LABELS: Readonly<Record<string, string>> = { statement: 'db.query.summary' };
const CONSTANTS: Readonly<Record<string, Attributes>> = {
  lockstep_subgraph_call_duration_seconds: { 'http.request.method': 'POST' },
};

const EVENT_LOOP = /^nodejs_eventloop_lag_(min|max|mean|stddev|p50|p90|p99)_seconds$/;

/** Returns metrics as OpenTelemetry has them: totals since the start of the process. */
export function toOtlp(metrics: readonly FiguresOfMetric[]): MetricData[] {
  const times = { startTime: millisToHrTime(performance.timeOrigin), endTime: millisToHrTime(Date.now()) };
  return metrics.map((metric): MetricData => {
    const descriptor = { name: nameOf(metric.name), description: metric.help, unit: unitOf(metric.name), valueType: 1 };
    const common = { descriptor, aggregationTemporality: AggregationTemporality.CUMULATIVE };
    if (metric.type === 'histogram') {
      return { ...common, dataPointType: DataPointType.HISTOGRAM, dataPoints: histograms(metric, times) };
    }
    const dataPoints = metric.values.map(({ labels, value }) => ({
      ...times,
      attributes: attributesOf(metric.name, labels),
      value,
    }));
    if (metric.type === 'gauge') return { ...common, dataPointType: DataPointType.GAUGE, dataPoints };
    return { ...common, dataPointType: DataPointType.SUM, isMonotonic: true, dataPoints };
  });
}

function nameOf(name: string): string {
  const [, statistic] = EVENT_LOOP.exec(name) ?? [];
  return statistic === undefined ? (NAMES[name] ?? name) : `nodejs.eventloop.delay.${statistic}`;
}

/** https://ucum.org */
function unitOf(name: string): string {
  if (/_seconds(_total)?$/.test(name)) return 's';
  return /_bytes(_total)?$/.test(name) ? 'By' : '1';
}

function attributesOf(metric: string, { pid, le, ...labels }: FiguresOfMetric['values'][number]['labels']): Attributes {
  const named = Object.entries(labels).map(([label, value]) => [LABELS[label] ?? label, value]);
  return { ...CONSTANTS[metric], ...Object.fromEntries(named) };
}

/** Puts the series of a histogram together, whose buckets each count what the one before does. */
function histograms(
  { name, values }: FiguresOfMetric,
  times: { startTime: HrTime; endTime: HrTime },
): DataPoint<Histogram>[] {
  const points = new Map<string, DataPoint<Histogram>>();
  for (const { labels, value, metricName } of values) {
    const attributes = attributesOf(name, labels);
    const key = JSON.stringify(attributes);
    const point = points.get(key) ?? {
      ...times,
      attributes,
      value: { buckets: { boundaries: [], counts: [] }, count: 0 },
    };
    points.set(key, point);
    const { boundaries, counts } = point.value.buckets;
    if (metricName === `${name}_sum`) point.value.sum = value;
    else if (metricName === `${name}_count`) point.value.count = value;
    else {
      counts.push(value - counts.reduce((sum, count) => sum + count, 0));
      if (labels.le !== '+Inf') boundaries.push(Number(labels.le));
    }
  }
  return [...points.values()];
}

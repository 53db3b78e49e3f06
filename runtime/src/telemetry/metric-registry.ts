import type { ServerResponse } from 'node:http';
import { Counter, collectDefaultMetrics, Gauge, Histogram, type MetricType, Registry } from '@prometheus-io/client';
import { NO_SNIFFING } from '../http/server/security-headers.ts';
import { Durations, type Tally } from './tally.ts';

/** Histogram buckets in seconds: a request takes one or two milliseconds, and the default deadline is ten seconds. */
const DURATIONS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** Sets the value of each series of a gauge, as it is now. */
export type FillGauge<Label extends string> = (gauge: Gauge<Label>) => void | Promise<void>;

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

/**
 * Prometheus metrics of this process. Labels contain no text from clients, so the configuration limits the number of series:
 * https://prometheus.io/docs/practices/naming/#labels
 */
export class MetricRegistry {
  readonly #registry = new Registry();

  constructor() {
    // Processes of a pm2 cluster share an address, so each scrape reaches one of them. `pid` distinguishes their series.
    this.#registry.setDefaultLabels({ pid: String(process.pid) });
    collectDefaultMetrics({ register: this.#registry });
  }

  /** Resolves with the figures of each metric. */
  figures(): Promise<FiguresOfMetric[]> {
    return this.#registry.getMetricsAsJSON();
  }

  /** Resolves with the metrics in Prometheus' text format. */
  text(): Promise<string> {
    return this.#registry.metrics();
  }

  /** Responds to a scrape. */
  async answer(response: ServerResponse): Promise<void> {
    const text = await this.text();
    const headers = { ...NO_SNIFFING, 'content-type': this.#registry.contentType, 'cache-control': 'no-store' };
    response.writeHead(200, headers).end(text);
  }

  /** Registers a gauge that is read at each scrape; 0 if there is nothing to read. */
  gauge(name: string, help: string, read: () => number | undefined): void {
    this.gauges(name, help, [], (gauge) => gauge.set(read() ?? 0));
  }

  /** Registers a gauge with labels, whose series are set anew at each scrape. */
  gauges<Label extends string>(name: string, help: string, labelNames: readonly Label[], fill: FillGauge<Label>): void {
    new Gauge<Label>({
      name: `lockstep_${name}`,
      help,
      labelNames,
      registers: [this.#registry],
      async collect() {
        this.reset();
        await fill(this);
      },
    });
  }

  /** Registers a counter whose value is kept elsewhere and read at each scrape. */
  counter<Label extends string>(
    name: string,
    help: string,
    labelNames: readonly Label[],
    fill: (counter: Counter<Label>) => void,
  ): void {
    new Counter<Label>({
      name: `lockstep_${name}`,
      help,
      labelNames,
      registers: [this.#registry],
      collect() {
        this.reset();
        fill(this);
      },
    });
  }

  /** Registers a counter with two labels, or only the first of them. */
  tallied(name: string, help: string, [first, second]: readonly [first: string, second?: string], tally: Tally): void {
    const labelNames = second === undefined ? [first] : [first, second];
    this.counter(name, help, labelNames, (counter: Counter<string>) => {
      for (const [one, other, count] of tally.all()) {
        counter.inc(second === undefined ? { [first]: one } : { [first]: one, [second]: other }, count);
      }
    });
  }

  /** Registers a histogram of durations in seconds, with at most one label. */
  durations(name: string, help: string, label?: string): Durations {
    const histogram = new Histogram<string>({
      name: `lockstep_${name}`,
      help,
      labelNames: label === undefined ? [] : [label],
      registers: [this.#registry],
      buckets: DURATIONS,
      collect: () => durations.handOn(),
    });
    const durations = new Durations((value, seconds) =>
      label === undefined ? histogram.observe(seconds) : histogram.observe({ [label]: value }, seconds),
    );
    return durations;
  }
}

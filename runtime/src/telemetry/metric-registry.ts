import type { ServerResponse } from 'node:http';
import { type Aggregator, Counter, collectDefaultMetrics, Gauge, Registry } from '@prometheus-io/client';
import { NO_SNIFFING } from '../http/server/security-headers.ts';
import { Durations } from './durations.ts';
import type { FiguresOfMetric } from './metric-figures.ts';
import type { Tally } from './tally.ts';

/** Sets the value of each series of a gauge, as it is now. */
export type FillGauge<Label extends string> = (gauge: Gauge<Label>) => void | Promise<void>;

/**
 * Prometheus metrics of this process. Labels contain no text from clients, so the configuration limits the number of series:
 * https://prometheus.io/docs/practices/naming/#labels
 */
export class MetricRegistry {
  readonly #registry = new Registry();
  readonly #resources = new Registry();
  readonly #durations: Durations[] = [];
  #gather = async (): Promise<FiguresOfMetric[][]> => [await this.figures()];

  constructor() {
    this.#resources.setDefaultLabels({ pid: String(process.pid) });
    collectDefaultMetrics({ register: this.#resources });
  }

  /** Resolves with the figures of each metric. */
  async figures(): Promise<FiguresOfMetric[]> {
    return [...(await this.ownFigures()), ...(await this.resourceFigures())];
  }

  /** Resolves with the figures of the metrics that are registered here. */
  async ownFigures(): Promise<FiguresOfMetric[]> {
    return [...(await this.#registry.getMetricsAsJSON()), ...this.#durations.map((each) => each.figures())];
  }

  /** Resolves with the figures of memory, CPU and event loop, whose delay is that since the last time. They have the process's id. */
  resourceFigures(): Promise<FiguresOfMetric[]> {
    return this.#resources.getMetricsAsJSON();
  }

  /** Has scrapes answered with the figures of several processes. */
  gatherWith(gather: () => Promise<FiguresOfMetric[][]>): void {
    this.#gather = gather;
  }

  /** Responds to a scrape. Refuses it if the figures can't be had: a gap misleads less than figures that fall. */
  async answer(response: ServerResponse): Promise<void> {
    const figures = await this.#gather().catch(() => undefined);
    if (!figures) {
      response.writeHead(503, { ...NO_SNIFFING, 'content-type': 'text/plain' }).end('The log says why.');
      return;
    }
    const text = await Registry.aggregate(figures).metrics();
    const headers = { ...NO_SNIFFING, 'content-type': this.#registry.contentType, 'cache-control': 'no-store' };
    response.writeHead(200, headers).end(text);
  }

  /** Registers a gauge that is read at each scrape; 0 if there is nothing to read. */
  gauge(name: string, help: string, read: () => number | undefined): void {
    this.gauges(name, help, [], (gauge) => gauge.set(read() ?? 0));
  }

  /**
   * Registers a gauge with labels, whose series are set anew at each scrape.
   *
   * @param aggregator value for several processes together
   */
  gauges<Label extends string>(
    name: string,
    help: string,
    labelNames: readonly Label[],
    fill: FillGauge<Label>,
    aggregator: Aggregator = 'sum',
  ): void {
    new Gauge<Label>({
      name: `lockstep_${name}`,
      help,
      labelNames,
      aggregator,
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
    const durations = new Durations(`lockstep_${name}`, help, label);
    this.#durations.push(durations);
    return durations;
  }
}

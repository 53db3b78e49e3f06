import { randomUUID } from 'node:crypto';
import type { Logger } from '@lockstep/runtime/logging.ts';
import type { FiguresOfMetric } from '@lockstep/runtime/telemetry/metric-figures.ts';
import type { MetricRegistry } from '@lockstep/runtime/telemetry/metric-registry.ts';
import { type Increment, type Kind, TotalsFile } from './totals-file.ts';

/** Interval at which a process adds what it has counted: as much is lost if it is killed. */
const WRITE_INTERVAL_MS = 2000;
/** Interval at which memory, CPU and event loop are read, whose delay is that since the last time. */
const RESOURCES_INTERVAL_MS = 15_000;

/**
 * Figures of all processes that use one file: the sums of what they count, and of each its own memory, CPU and event loop. A
 * process adds what it has counted before it reads the sums, so that these never fall from one scrape to the next, whichever
 * process answers it.
 */
export class SharedFigures {
  readonly #path: string;
  readonly #registry: MetricRegistry;
  readonly #logger: Logger;
  readonly #process = randomUUID();
  readonly #timer: NodeJS.Timeout;
  /** Values that are in the file, by metric and series. */
  readonly #added = new Map<string, number>();
  #file: TotalsFile | undefined;
  #resourcesAt = Number.NEGATIVE_INFINITY;
  #turn: Promise<unknown> = Promise.resolve();
  #gathering: Promise<FiguresOfMetric[][]> | undefined;
  #isFailing = false;

  constructor(path: string, registry: MetricRegistry, logger: Logger) {
    this.#path = path;
    this.#registry = registry;
    this.#logger = logger;
    this.#timer = setInterval(() => void this.#inTurn(() => this.#write()).catch(() => {}), WRITE_INTERVAL_MS).unref();
  }

  /** Resolves with the figures of all processes. Scrapes that come together share them. Rejects if the file can't be used. */
  gather(): Promise<FiguresOfMetric[][]> {
    this.#gathering ??= this.#inTurn(async () => {
      this.#gathering = undefined;
      const { own, file } = await this.#write();
      const { totals, told } = file.read();
      return [withTotals(own, totals), ...told.map((text): FiguresOfMetric[] => JSON.parse(text))];
    });
    return this.#gathering;
  }

  /** Adds what is left. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#inTurn(async () => (await this.#write()).file.close()).catch(() => {});
  }

  /** Runs one action after the other: figures are added in the order in which they were read. */
  #inTurn<Result>(action: () => Promise<Result>): Promise<Result> {
    const done = this.#turn.then(action);
    this.#turn = done.then(
      () => {
        this.#isFailing = false;
      },
      (error) => this.#noteFailure(error),
    );
    return done;
  }

  async #write(): Promise<{ own: readonly FiguresOfMetric[]; file: TotalsFile }> {
    this.#file ??= new TotalsFile(this.#path, this.#process);
    const own = await this.#registry.ownFigures();
    const values = new Map<string, number>();
    const increments = this.#incrementsOf(own, values);
    const told = new Map<Kind, string>([['gauges', JSON.stringify(own.filter(({ type }) => type === 'gauge'))]]);
    const now = performance.now();
    const isDue = now - this.#resourcesAt >= RESOURCES_INTERVAL_MS;
    if (isDue) told.set('resources', JSON.stringify(await this.#registry.resourceFigures()));
    this.#file.write(increments, told);
    for (const [series, value] of values) this.#added.set(series, value);
    if (isDue) this.#resourcesAt = now;
    return { own, file: this.#file };
  }

  /** Returns what is to be added to the file. @param values gets the values that are in it then */
  #incrementsOf(figures: readonly FiguresOfMetric[], values: Map<string, number>): Increment[] {
    const increments: Increment[] = [];
    for (const { name: metric, type, values: all } of figures) {
      if (type === 'gauge') continue;
      for (const { labels, metricName, value } of all) {
        const series = JSON.stringify({ metricName, labels });
        const key = `${metric} ${series}`;
        const added = this.#added.get(key);
        if (value === added) continue;
        values.set(key, value);
        // A counter that is less than before began anew, with new settings, and has grown from zero.
        increments.push({ metric, series, value: added === undefined || value < added ? value : value - added });
      }
    }
    return increments;
  }

  /** Logs an outage once. */
  #noteFailure(error: unknown): void {
    if (!this.#isFailing) this.#logger.error({ err: error, file: this.#path }, 'metrics can’t be added up in the file');
    this.#isFailing = true;
  }
}

/** Returns the metrics that are added up, with their totals. */
function withTotals(own: readonly FiguresOfMetric[], totals: readonly Increment[]): FiguresOfMetric[] {
  const ofMetric = Map.groupBy(totals, ({ metric }) => metric);
  return own
    .filter(({ type }) => type !== 'gauge')
    .map((metric) => ({
      ...metric,
      values: (ofMetric.get(metric.name) ?? []).map(({ series, value }) => ({ ...JSON.parse(series), value })),
    }));
}

import type { Handler } from '@lockstep/runtime/http/server/server.ts';
import { type Logger, reconfigure } from '@lockstep/runtime/logging.ts';
import type { TelemetrySettings, TracingSettings } from '../configuration/sections/telemetry.ts';
import type { Instruments } from './instruments.ts';
import type { Counts, Metrics, SupergraphFigures } from './metrics.ts';
import { RejectionCounts } from './rejection-counts.ts';
import { RequestWatch } from './request-watch.ts';
import type { Tracing } from './tracing.ts';

/** What is told at the gateway's own address. */
export interface EdgeTelemetry {
  /** Undefined where nobody wants to know of requests. */
  readonly watch: RequestWatch | undefined;
  readonly routes: Readonly<Record<string, Handler>>;
}

/** No operation is still traced this long after its settings were replaced. */
const RETIREMENT_MS = 60_000;

/**
 * What this process tells of itself, whatever its settings become: what is counted goes on. The libraries for it, some
 * 9 MB for figures and 19 MB for traces, are loaded where they are wanted.
 */
export class Telemetry {
  readonly counts: Counts = {
    refusals: new RejectionCounts(),
    operations: { hits: 0, misses: 0, unsupported: 0 },
    reloads: { accepted: 0, refused: 0 },
  };
  readonly #logger: Logger;
  readonly #tracings = new Map<string, Tracing>();
  #metrics: Promise<Metrics> | undefined;
  #supergraph: SupergraphFigures | undefined;
  /** The key of the tracing that is in force. */
  #current = keyOf(undefined);

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /** What these settings ask for at the gateway's own address. */
  async openEdge(settings: TelemetrySettings): Promise<EdgeTelemetry> {
    const instruments = await this.open(settings);
    const { metricsPath: path } = settings;
    const { metrics } = instruments;
    return {
      watch: RequestWatch.of(instruments),
      routes: path === undefined || !metrics ? {} : { [path]: (_request, response) => metrics.answer(response) },
    };
  }

  /** What these settings ask for: the same each time, as long as they are the same. */
  async open({ metricsPath, tracing, hasAccessLog }: TelemetrySettings): Promise<Instruments> {
    return {
      metrics: metricsPath === undefined ? undefined : await this.#openMetrics(),
      tracing: tracing && (await this.#openTracing(tracing)),
      accessLog: hasAccessLog ? this.#logger : undefined,
    };
  }

  /** From now on these settings are in force, and this supergraph serves. */
  adopt({ logging, tracing }: TelemetrySettings, supergraph: SupergraphFigures): void {
    reconfigure(this.#logger, logging);
    this.#supergraph = supergraph;
    this.#current = keyOf(tracing);
    for (const [key, replaced] of this.#tracings) {
      if (key !== this.#current) setTimeout(() => this.#retire(key, replaced), RETIREMENT_MS).unref();
    }
  }

  /** Sends what is still to be sent, as far as that is soon done. */
  async stop(): Promise<void> {
    await Promise.all([...this.#tracings.values()].map((tracing) => tracing.close()));
  }

  #openMetrics(): Promise<Metrics> {
    this.#metrics ??= import('./metrics.ts').then(({ Metrics }) => new Metrics(this.counts, () => this.#supergraph));
    return this.#metrics;
  }

  async #openTracing(settings: TracingSettings): Promise<Tracing> {
    const { Tracing } = await import('./tracing.ts');
    const key = keyOf(settings);
    const tracing = this.#tracings.get(key) ?? new Tracing(settings, this.#logger);
    this.#tracings.set(key, tracing);
    return tracing;
  }

  /** Unless it is in force once more. */
  #retire(key: string, tracing: Tracing): void {
    if (this.#tracings.get(key) !== tracing || key === this.#current) return;
    this.#tracings.delete(key);
    void tracing.close();
  }
}

function keyOf(settings: TracingSettings | undefined): string {
  return JSON.stringify(settings ?? null);
}

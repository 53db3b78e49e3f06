import { batchedInfo, type Logger } from '@lockstep/runtime/logging.ts';
import type { LogExport } from '@lockstep/runtime/telemetry/log-export.ts';
import type { MetricExport } from '@lockstep/runtime/telemetry/metric-export.ts';
import { openLogExport, openMetricExport } from '@lockstep/runtime/telemetry/open-exports.ts';
import { Pm2Figures } from '@lockstep/runtime/telemetry/pm2-figures.ts';
import type {
  MetricExportSettings,
  OtlpSettings,
  TracingSettings,
} from '@lockstep/runtime/telemetry/telemetry-settings.ts';
import type { Tracing } from '@lockstep/runtime/telemetry/tracing.ts';
import type { FieldUsageSettings, TelemetrySettings } from '../configuration/sections/telemetry.ts';
import type { Counts, SupergraphFigures } from './figures.ts';
import type { Instruments } from './instruments.ts';
import type { Metrics } from './metrics.ts';
import type { OperationTrace } from './operation-trace.ts';
import { RejectionCounts } from './rejection-counts.ts';
import { Shared } from './shared.ts';
import type { SharedFigures } from './totals/shared-figures.ts';
import type { FieldUsage } from './usage/field-usage.ts';

/** Instruments that are in use until they are closed. */
export interface OpenInstruments extends Instruments {
  readonly counts: Counts;
  /** Sends what is still to be sent, as far as that is soon done, unless others use the same tracing. */
  close(): Promise<void>;
}

/**
 * Telemetry of this process. Counts go on whatever the settings become; everything else is opened for one set of settings
 * and closed with it. The libraries are loaded on demand: metrics take about 9 MB, tracing about 19 MB.
 */
export class Telemetry {
  readonly counts: Counts = {
    refusals: new RejectionCounts(),
    operations: { hits: 0, misses: 0, unsupported: 0 },
    reloads: { accepted: 0, refused: 0 },
  };
  readonly #logger: Logger;
  readonly #figures: () => SupergraphFigures | undefined;
  readonly #tracings: Shared<TracingSettings, Tracing<OperationTrace>>;
  readonly #metricExports: Shared<MetricExportSettings, MetricExport>;
  readonly #logExports: Shared<OtlpSettings, LogExport>;
  readonly #totalsFile: string | undefined;
  readonly #pm2 = Pm2Figures.report();
  #metrics: Promise<Metrics> | undefined;
  #shared: SharedFigures | undefined;

  /**
   * @param figures returns those of the supergraph that is served at the time
   * @param totalsFile see {@link SharedFigures}; undefined if this process counts for itself
   */
  constructor(logger: Logger, figures: () => SupergraphFigures | undefined, totalsFile?: string) {
    this.#logger = logger;
    this.#totalsFile = totalsFile;
    this.#figures = figures;
    this.#tracings = new Shared((settings) => openTracing(settings, logger));
    this.#logExports = new Shared((settings) => openLogExport(settings, logger));
    this.#metricExports = new Shared(async (settings) =>
      openMetricExport(settings, (await this.#openMetrics()).registry, logger),
    );
  }

  /** Opens what these settings ask for. Equal settings share one exporter for as long as it is in use. */
  async open(settings: TelemetrySettings): Promise<OpenInstruments> {
    const { metricsPath, tracing, metricExport, logExport, hasAccessLog, fieldUsage: usage } = settings;
    const fieldUsage = usage && (await this.#openUsage(usage));
    const hasMetrics = metricsPath !== undefined || metricExport !== undefined;
    const metrics = hasMetrics ? await this.#openMetrics() : undefined;
    if (metricExport) await this.#metricExports.take(metricExport);
    if (logExport) await this.#logExports.take(logExport);
    return {
      counts: this.counts,
      metrics,
      tracing: tracing && (await this.#tracings.take(tracing)),
      accessLog: hasAccessLog ? batchedInfo(this.#logger, 'request') : undefined,
      pm2: this.#pm2,
      fieldUsage,
      close: async () => {
        await fieldUsage?.close();
        await Promise.all([
          tracing && this.#tracings.giveBack(tracing),
          metricExport && this.#metricExports.giveBack(metricExport),
          logExport && this.#logExports.giveBack(logExport),
        ]);
      },
    };
  }

  /** Closes what outlives the settings, once nothing is counted any more. */
  async close(): Promise<void> {
    await this.#shared?.close();
  }

  async #openUsage(settings: FieldUsageSettings): Promise<FieldUsage> {
    const { FieldUsage } = await import('./usage/field-usage.ts');
    return FieldUsage.open(settings, this.#logger);
  }

  #openMetrics(): Promise<Metrics> {
    this.#metrics ??= this.#createMetrics();
    return this.#metrics;
  }

  async #createMetrics(): Promise<Metrics> {
    const { Metrics } = await import('./metrics.ts');
    const metrics = new Metrics(this.counts, this.#figures);
    if (this.#totalsFile !== undefined) {
      const { SharedFigures } = await import('./totals/shared-figures.ts');
      const shared = new SharedFigures(this.#totalsFile, metrics.registry, this.#logger);
      metrics.registry.gatherWith(() => shared.gather());
      this.#shared = shared;
    }
    return metrics;
  }
}

async function openTracing(settings: TracingSettings, logger: Logger): Promise<Tracing<OperationTrace>> {
  const [{ Tracing }, { TracedOperation, UnsampledOperation }] = await Promise.all([
    import('@lockstep/runtime/telemetry/tracing.ts'),
    import('./traced-operation.ts'),
  ]);
  return new Tracing<OperationTrace>(settings, logger, { Sampled: TracedOperation, Unsampled: UnsampledOperation });
}

import type { Logger } from '@lockstep/runtime/logging.ts';
import type { TracingSettings } from '@lockstep/runtime/telemetry/telemetry-settings.ts';
import type { Tracing } from '@lockstep/runtime/telemetry/tracing.ts';
import type { FieldUsageSettings, TelemetrySettings } from '../configuration/sections/telemetry.ts';
import type { Instruments } from './instruments.ts';
import type { Counts, Metrics, SupergraphFigures } from './metrics.ts';
import type { OperationTrace } from './operation-trace.ts';
import { RejectionCounts } from './rejection-counts.ts';
import type { FieldUsage } from './usage/field-usage.ts';

/** Instruments that are in use until they are closed. */
export interface OpenInstruments extends Instruments {
  readonly counts: Counts;
  /** Sends what is still to be sent, as far as that is soon done, unless others use the same tracing. */
  close(): Promise<void>;
}

interface SharedTracing {
  readonly tracing: Tracing<OperationTrace>;
  holders: number;
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
  /** Tracing in use, keyed by its settings. */
  readonly #tracings = new Map<string, SharedTracing>();
  #metrics: Promise<Metrics> | undefined;

  /** @param figures returns those of the supergraph that is served at the time */
  constructor(logger: Logger, figures: () => SupergraphFigures | undefined) {
    this.#logger = logger;
    this.#figures = figures;
  }

  /** Opens what these settings ask for. Equal tracing settings share one exporter for as long as it is in use. */
  async open({
    metricsPath,
    tracing: settings,
    hasAccessLog,
    fieldUsage: usage,
  }: TelemetrySettings): Promise<OpenInstruments> {
    const fieldUsage = usage && (await this.#openUsage(usage));
    const metrics = metricsPath === undefined ? undefined : await this.#openMetrics();
    const tracing = settings && (await this.#openTracing(settings));
    return {
      counts: this.counts,
      metrics,
      tracing,
      accessLog: hasAccessLog ? this.#logger : undefined,
      fieldUsage,
      close: async () => {
        await fieldUsage?.close();
        if (settings) await this.#closeTracing(settings);
      },
    };
  }

  async #openUsage(settings: FieldUsageSettings): Promise<FieldUsage> {
    const { FieldUsage } = await import('./usage/field-usage.ts');
    return new FieldUsage(settings, this.#logger);
  }

  #openMetrics(): Promise<Metrics> {
    this.#metrics ??= import('./metrics.ts').then(({ Metrics }) => new Metrics(this.counts, this.#figures));
    return this.#metrics;
  }

  async #openTracing(settings: TracingSettings): Promise<Tracing<OperationTrace>> {
    const [{ Tracing }, { TracedOperation }] = await Promise.all([
      import('@lockstep/runtime/telemetry/tracing.ts'),
      import('./traced-operation.ts'),
    ]);
    const key = JSON.stringify(settings);
    const shared = this.#tracings.get(key) ?? {
      tracing: new Tracing(settings, this.#logger, TracedOperation),
      holders: 0,
    };
    shared.holders += 1;
    this.#tracings.set(key, shared);
    return shared.tracing;
  }

  async #closeTracing(settings: TracingSettings): Promise<void> {
    const key = JSON.stringify(settings);
    const shared = this.#tracings.get(key);
    if (!shared) return;
    shared.holders -= 1;
    if (shared.holders > 0) return;
    this.#tracings.delete(key);
    await shared.tracing.close();
  }
}

import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import type { Logger } from '../logging.ts';
import { CollectorOutage, SEND_TIMEOUT_MS, unlessSlow } from './collector-outage.ts';
import type { MetricRegistry } from './metric-registry.ts';
import { toOtlp } from './otlp-metrics.ts';
import type { MetricExportSettings } from './telemetry-settings.ts';

/** Sends the metrics of this process to a collector from time to time, and once more at its close. */
export class MetricExport {
  readonly #exporter: OTLPMetricExporter;
  readonly #registry: MetricRegistry;
  readonly #outage: CollectorOutage;
  readonly #resource;
  readonly #timer: NodeJS.Timeout;

  constructor(
    { url, headers, serviceName, intervalMs }: MetricExportSettings,
    registry: MetricRegistry,
    logger: Logger,
  ) {
    this.#exporter = new OTLPMetricExporter({ url, headers: { ...headers }, timeoutMillis: SEND_TIMEOUT_MS });
    this.#registry = registry;
    this.#outage = new CollectorOutage('metrics', logger);
    this.#resource = resourceFromAttributes({ 'service.name': serviceName, 'process.pid': process.pid });
    this.#timer = setInterval(() => void this.#send(), intervalMs).unref();
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await unlessSlow(this.#send());
    await unlessSlow(this.#exporter.shutdown());
  }

  async #send(): Promise<void> {
    const metrics = toOtlp(await this.#registry.figures());
    const scopeMetrics = [{ scope: { name: 'lockstep' }, metrics }];
    await new Promise<void>((resolve) => {
      this.#exporter.export({ resource: this.#resource, scopeMetrics }, (result) => {
        this.#outage.note(result);
        resolve();
      });
    });
  }
}

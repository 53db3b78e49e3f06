import type { Logger } from '../logging.ts';
import type { LogExport } from './log-export.ts';
import type { MetricExport } from './metric-export.ts';
import type { MetricRegistry } from './metric-registry.ts';
import type { MetricExportSettings, OtlpSettings } from './telemetry-settings.ts';

/** Begins to send log lines. Loads the library that does. */
export async function openLogExport(settings: OtlpSettings, logger: Logger): Promise<LogExport> {
  const { LogExport } = await import('./log-export.ts');
  return new LogExport(settings, logger);
}

/** Begins to send metrics. Loads the library that does. */
export async function openMetricExport(
  settings: MetricExportSettings,
  registry: MetricRegistry,
  logger: Logger,
): Promise<MetricExport> {
  const { MetricExport } = await import('./metric-export.ts');
  return new MetricExport(settings, registry, logger);
}

import { z } from 'zod';
import { flag, httpUrl, milliseconds } from '../environment.ts';

/** Kind of telemetry, as it is in the path of a collector. */
export type OtlpKind = 'traces' | 'metrics' | 'logs';

/** Export over OTLP. */
export interface OtlpSettings {
  /** URL that is posted to. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly serviceName: string;
}

/** Export of traces over OTLP. */
export interface TracingSettings extends OtlpSettings {
  /** Share of the traces beginning here that are sampled, from 0 to 1. */
  readonly share: number;
}

/** Export of metrics over OTLP. */
export interface MetricExportSettings extends OtlpSettings {
  readonly intervalMs: number;
}

/** Telemetry of a process that the environment configures. Whatever is undefined is off. */
export interface ProcessTelemetry {
  readonly hasAccessLog: boolean;
  /** Path that serves the metrics. */
  readonly metricsPath: string | undefined;
  readonly tracing: TracingSettings | undefined;
  readonly metricExport: MetricExportSettings | undefined;
  readonly logExport: OtlpSettings | undefined;
}

const METRIC_INTERVAL_MS = 60_000;

const PATH_RULE = 'give a path such as /metrics, with / followed by letters, digits, - _ . ~ /';
const SHARE_RULE = 'give a number from 0 to 1, such as 0.1';
const HEADERS_RULE = 'give headers as name=value, separated by commas, with values percent-encoded';
const HEADER = /^([\w!#$%&'*+.^`|~-]+)=(.*)$/;

const share = z.coerce.number(SHARE_RULE).min(0, SHARE_RULE).max(1, SHARE_RULE);

/** https://opentelemetry.io/docs/specs/otel/protocol/exporter/#specifying-headers-via-environment-variables */
const headers = z.string().transform((text, context) => {
  const pairs = text.split(',').map((pair) => HEADER.exec(pair.trim()));
  try {
    return Object.fromEntries(pairs.map((pair) => [String(pair?.[1]), decodeURIComponent(String(pair?.[2]).trim())]));
  } catch {
    context.addIssue(HEADERS_RULE);
    return z.NEVER;
  } finally {
    if (pairs.includes(null)) context.addIssue(HEADERS_RULE);
  }
});

/** Environment variables of telemetry, for every process. Those that OpenTelemetry defines have its names. */
export const telemetryVariables = {
  ACCESS_LOG: flag.optional(),
  METRICS_PATH: z
    .string()
    .regex(/^\/[\w\-.~/]*$/, PATH_RULE)
    .optional(),
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: httpUrl.optional(),
  OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: httpUrl.optional(),
  OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: httpUrl.optional(),
  OTEL_EXPORTER_OTLP_HEADERS: headers.optional(),
  OTEL_METRIC_EXPORT_INTERVAL: milliseconds(METRIC_INTERVAL_MS, 1),
  OTEL_TRACES_SAMPLER_ARG: share.optional(),
};

/** Values of {@link telemetryVariables}. */
export type TelemetryVariables = z.infer<z.ZodObject<typeof telemetryVariables>>;

/** Returns the telemetry that the environment configures. */
export function toTelemetry(variables: TelemetryVariables, serviceName: string): ProcessTelemetry {
  const { OTEL_EXPORTER_OTLP_HEADERS: headers = {}, OTEL_METRIC_EXPORT_INTERVAL: intervalMs } = variables;
  const share = variables.OTEL_TRACES_SAMPLER_ARG ?? 1;
  const to = (kind: OtlpKind, endpoint: string | undefined) =>
    endpoint === undefined ? undefined : { url: otlpUrl(endpoint, kind), headers, serviceName };
  const tracing = to('traces', variables.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT);
  const metricExport = to('metrics', variables.OTEL_EXPORTER_OTLP_METRICS_ENDPOINT);
  return {
    hasAccessLog: variables.ACCESS_LOG ?? false,
    metricsPath: variables.METRICS_PATH,
    tracing: tracing && { ...tracing, share },
    metricExport: metricExport && { ...metricExport, intervalMs },
    logExport: to('logs', variables.OTEL_EXPORTER_OTLP_LOGS_ENDPOINT),
  };
}

/** Returns the URL for one kind of telemetry: if the endpoint has no path, that is `/v1/` and the kind. */
export function otlpUrl(endpoint: string, kind: OtlpKind): string {
  const url = new URL(endpoint);
  if (url.pathname === '/') url.pathname = `/v1/${kind}`;
  return url.href;
}

import { logFormat, logLevel } from '@lockstep/runtime/process-config.ts';
import {
  type MetricExportSettings,
  type OtlpKind,
  type OtlpSettings,
  otlpUrl,
  type TracingSettings,
} from '@lockstep/runtime/telemetry/telemetry-settings.ts';
import { z } from 'zod';
import { headerName, httpUrl, onOff, ownHeaders, timeLimit } from '../values.ts';
import { anyUrlPath } from './endpoint.ts';
import { redisServer } from './redis.ts';

const SHARE_RULE = 'give a number from 0 to 1, such as 0.1';
const FILE_RULE = 'give the path of a file, such as data/usage.sqlite';
const NAME_RULE = 'give a name such as lockstep';

const collector = (kind: OtlpKind) => ({
  endpoint: httpUrl.describe(`URL of the collector, for OTLP over HTTP. If it has no path, /v1/${kind} is added.`),
  headers: ownHeaders.describe('Headers sent to the collector.'),
});

const tracesCollector = z.strictObject(collector('traces'));

const metrics = z.strictObject({
  prometheus: anyUrlPath('/metrics')
    .optional()
    .describe('Path that serves the metrics of this process to Prometheus. Off if unset.'),
  otlp: z
    .strictObject({
      ...collector('metrics'),
      interval: timeLimit.prefault('60s').describe('Interval at which metrics are sent.'),
    })
    .optional()
    .describe('Collector that metrics are sent to. None if unset.'),
});

const tracing = z.strictObject({
  otlp: tracesCollector.optional().describe('Destination of spans. Tracing is off if unset.'),
  sampler: z
    .number(SHARE_RULE)
    .min(0, SHARE_RULE)
    .max(1, SHARE_RULE)
    .default(1)
    .describe('Share of the traces beginning here that are sampled. For others their traceparent decides.'),
  service_name: z
    .string(NAME_RULE)
    .min(1, NAME_RULE)
    .default('lockstep')
    .describe('Service name of the gateway in traces, metrics and logs that are sent.'),
});

const logging = z.strictObject({
  format: logFormat
    .default('pretty')
    .describe('Format of log lines: pretty for people, json for machines. If unset, json with NODE_ENV=production.'),
  level: logLevel.default('info').describe('Minimum level that is logged.'),
  access_log: onOff(false).describe('Logs one line per answered request, at level info.'),
  otlp: z
    .strictObject(collector('logs'))
    .optional()
    .describe('Collector that log lines are sent to as well. None if unset.'),
});

const fieldUsage = z
  .strictObject({
    file: z
      .string(FILE_RULE)
      .min(1, FILE_RULE)
      .optional()
      .describe(
        'SQLite file that counts which client uses which fields, arguments and enum values. Relative to this file. Off if unset.',
      ),
    redis: z
      .strictObject(redisServer)
      .transform(({ urls, namespace }) => ({ url: urls[0] ?? '', namespace }))
      .optional()
      .describe('Redis server that adds up the uses of all gateways, in place of a file.'),
    client_name_header: headerName
      .default('apollographql-client-name')
      .describe('Header in which clients give their name.'),
  })
  .refine(({ file, redis }) => file === undefined || redis === undefined, {
    path: ['redis'],
    message: 'stands beside file: give one of them',
  })
  .transform(({ file, redis, client_name_header }): FieldUsageSettings | undefined =>
    file === undefined && redis === undefined
      ? undefined
      : { file, redis, clientNameHeader: client_name_header.toLowerCase() },
  );

/** `gateway.telemetry` */
export const telemetry = z
  .strictObject({
    metrics: metrics.prefault({}).describe('Metrics.'),
    tracing: tracing.prefault({}).describe('Traces, with OpenTelemetry.'),
    logging: logging.prefault({}).describe('Logging.'),
    field_usage: fieldUsage.prefault({}).describe('Counts of the uses of the schema.'),
  })
  .transform(({ metrics, tracing, logging: { access_log, otlp: logs, ...logging }, field_usage }) => ({
    metricsPath: metrics.prometheus,
    tracing: toTracing(tracing),
    metricExport: metrics.otlp && {
      ...toOtlp('metrics', metrics.otlp, tracing.service_name),
      intervalMs: metrics.otlp.interval,
    },
    logExport: logs && toOtlp('logs', logs, tracing.service_name),
    logging,
    hasAccessLog: access_log,
    fieldUsage: field_usage,
  }));

/** Metrics, traces and logs of the gateway. */
export interface TelemetrySettings {
  /** Path of the Prometheus endpoint; undefined if there is none. */
  readonly metricsPath: string | undefined;
  readonly tracing: TracingSettings | undefined;
  readonly metricExport?: MetricExportSettings | undefined;
  readonly logExport?: OtlpSettings | undefined;
  readonly logging: { readonly format: 'pretty' | 'json'; readonly level: string };
  readonly hasAccessLog: boolean;
  /** Undefined if uses of the schema aren't counted. */
  readonly fieldUsage: FieldUsageSettings | undefined;
}

/** Redis server in which uses are added up. */
export interface UsageRedisSettings {
  readonly url: string;
  readonly namespace: string;
}

/** Counts of the uses of the schema. */
export interface FieldUsageSettings {
  /** Path of a SQLite file; absolute once the supergraph file is read. Undefined if they are in Redis. */
  readonly file?: string | undefined;
  readonly redis?: UsageRedisSettings | undefined;
  /** Header in which clients give their name, in small letters. */
  readonly clientNameHeader: string;
}

function toTracing({ otlp, sampler, service_name }: z.output<typeof tracing>): TracingSettings | undefined {
  if (!otlp) return undefined;
  return { ...toOtlp('traces', otlp, service_name), share: sampler };
}

function toOtlp(
  kind: OtlpKind,
  { endpoint, headers }: z.output<typeof tracesCollector>,
  serviceName: string,
): OtlpSettings {
  const all = Object.fromEntries(headers.map(({ name, value }) => [name, value]));
  return { url: otlpUrl(endpoint, kind), headers: all, serviceName };
}

import { logFormat, logLevel } from '@lockstep/runtime/process-config.ts';
import { otlpUrl, type TracingSettings } from '@lockstep/runtime/telemetry/telemetry-settings.ts';
import { z } from 'zod';
import { headerName, httpUrl, onOff, ownHeaders } from '../values.ts';
import { anyUrlPath } from './endpoint.ts';

const SHARE_RULE = 'give a number from 0 to 1, such as 0.1';
const FILE_RULE = 'give the path of a file, such as data/usage.sqlite';
const NAME_RULE = 'give a name such as lockstep';

const metrics = z.strictObject({
  prometheus: anyUrlPath('/metrics')
    .optional()
    .describe('Path that serves the metrics of this process to Prometheus. Off if unset.'),
});

const otlp = z.strictObject({
  endpoint: httpUrl.describe('URL of the collector, for OTLP over HTTP. If it has no path, /v1/traces is added.'),
  headers: ownHeaders.describe('Headers sent to the collector.'),
});

const tracing = z.strictObject({
  otlp: otlp.optional().describe('Destination of spans. Tracing is off if unset.'),
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
    .describe('Service name of the gateway in traces.'),
});

const logging = z.strictObject({
  format: logFormat
    .default('pretty')
    .describe('Format of log lines: pretty for people, json for machines. If unset, json with NODE_ENV=production.'),
  level: logLevel.default('info').describe('Minimum level that is logged.'),
  access_log: onOff(false).describe('Logs one line per answered request, at level info.'),
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
    client_name_header: headerName
      .default('apollographql-client-name')
      .describe('Header in which clients give their name.'),
  })
  .transform(({ file, client_name_header }) =>
    file === undefined ? undefined : { file, clientNameHeader: client_name_header.toLowerCase() },
  );

/** `gateway.telemetry` */
export const telemetry = z
  .strictObject({
    metrics: metrics.prefault({}).describe('Metrics.'),
    tracing: tracing.prefault({}).describe('Traces, with OpenTelemetry.'),
    logging: logging.prefault({}).describe('Logging.'),
    field_usage: fieldUsage.prefault({}).describe('Counts of the uses of the schema.'),
  })
  .transform(({ metrics: { prometheus }, tracing, logging: { access_log, ...logging }, field_usage }) => ({
    metricsPath: prometheus,
    tracing: toTracing(tracing),
    logging,
    hasAccessLog: access_log,
    fieldUsage: field_usage,
  }));

/** Metrics, traces and logs of the gateway. */
export interface TelemetrySettings {
  /** Path of the Prometheus endpoint; undefined if there is none. */
  readonly metricsPath: string | undefined;
  readonly tracing: TracingSettings | undefined;
  readonly logging: { readonly format: 'pretty' | 'json'; readonly level: string };
  readonly hasAccessLog: boolean;
  /** Undefined if uses of the schema aren't counted. */
  readonly fieldUsage: FieldUsageSettings | undefined;
}

/** Counts of the uses of the schema. */
export interface FieldUsageSettings {
  /** Path of a SQLite file; absolute once the supergraph file is read. */
  readonly file: string;
  /** Header in which clients give their name, in small letters. */
  readonly clientNameHeader: string;
}

function toTracing({ otlp, sampler, service_name }: z.output<typeof tracing>): TracingSettings | undefined {
  if (!otlp) return undefined;
  const headers = Object.fromEntries(otlp.headers.map(({ name, value }) => [name, value]));
  return { url: otlpUrl(otlp.endpoint, 'traces'), headers, share: sampler, serviceName: service_name };
}

import { logFormat, logLevel } from '@lockstep/runtime/process-config.ts';
import { z } from 'zod';
import { httpUrl, onOff, ownHeaders } from '../values.ts';
import { anyUrlPath } from './endpoint.ts';

const SHARE_RULE = 'give a number from 0 to 1, such as 0.1';
const NAME_RULE = 'give a name such as lockstep';

const metrics = z.strictObject({
  prometheus: anyUrlPath('/metrics')
    .optional()
    .describe("The path that has the process's figures for Prometheus. There is none where it isn't set."),
});

const otlp = z.strictObject({
  endpoint: httpUrl.describe(
    'The collector that takes traces by OTLP over HTTP. Where the address has no path, /v1/traces is added to it.',
  ),
  headers: ownHeaders.describe('Headers that go with what is sent to it.'),
});

const tracing = z.strictObject({
  otlp: otlp.optional().describe("Where spans are sent to. There are none where it isn't set."),
  sampler: z
    .number(SHARE_RULE)
    .min(0, SHARE_RULE)
    .max(1, SHARE_RULE)
    .default(1)
    .describe('The share of traces that are sent, of those that begin here. The others are as their traceparent says.'),
  service_name: z
    .string(NAME_RULE)
    .min(1, NAME_RULE)
    .default('lockstep')
    .describe('What the gateway is called in them.'),
});

const logging = z.strictObject({
  format: logFormat
    .default('pretty')
    .describe('Lines for people, or for machines. Where nothing is said, json with NODE_ENV=production.'),
  level: logLevel.default('info').describe('The least that is logged.'),
  access_log: onOff(false).describe(
    'Whether there is a line for each request, at the level info, once it is answered.',
  ),
});

/** `gateway.telemetry` */
export const telemetry = z
  .strictObject({
    metrics: metrics.prefault({}).describe('Figures.'),
    tracing: tracing.prefault({}).describe('Traces, by OpenTelemetry.'),
    logging: logging.prefault({}).describe('The log.'),
  })
  .transform(({ metrics: { prometheus }, tracing, logging: { access_log, ...logging } }) => ({
    metricsPath: prometheus,
    tracing: toTracing(tracing),
    logging,
    hasAccessLog: access_log,
  }));

/** What the gateway tells of itself. */
export interface TelemetrySettings {
  /** Where Prometheus gets the figures; undefined where there are none. */
  readonly metricsPath: string | undefined;
  readonly tracing: TracingSettings | undefined;
  readonly logging: { readonly format: 'pretty' | 'json'; readonly level: string };
  readonly hasAccessLog: boolean;
}

export interface TracingSettings {
  /** The address that spans are posted to. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** The share of traces that are sent, from 0 to 1. */
  readonly share: number;
  readonly serviceName: string;
}

function toTracing({ otlp, sampler, service_name }: z.output<typeof tracing>): TracingSettings | undefined {
  if (!otlp) return undefined;
  const url = new URL(otlp.endpoint);
  if (url.pathname === '/') url.pathname = '/v1/traces';
  const headers = Object.fromEntries(otlp.headers.map(({ name, value }) => [name, value]));
  return { url: url.href, headers, share: sampler, serviceName: service_name };
}

import { isRecord } from '@lockstep/runtime/json-record.ts';
import type { TelemetryVariables } from '@lockstep/runtime/telemetry/telemetry-settings.ts';
import { DEFAULT_LISTEN } from './sections/endpoint.ts';

/** A setting of the supergraph file that the environment overrides. */
export interface Override {
  readonly path: readonly string[];
  /** Name of the environment variable. */
  readonly variable: string;
  /** True if it only applies when the file does not set the key. */
  readonly isDefault: boolean;
  /**
   * Returns the value in effect, as the file would have it.
   *
   * @param given the file's value, or its default
   */
  value(given: unknown): unknown;
}

/** Values of the environment variables that override settings. */
export interface OverridingVariables {
  readonly host: string | undefined;
  readonly port: number | undefined;
  readonly introspection: boolean | undefined;
  readonly landingPage: boolean | 'sandbox' | 'graphiql' | undefined;
  readonly corsOrigins: readonly string[] | undefined;
  readonly logFormat: 'pretty' | 'json' | undefined;
  readonly logLevel: string | undefined;
  readonly telemetry: TelemetryVariables;
  readonly isProduction: boolean;
}

/** Returns the overrides. A variable that is set wins over the file; production mode wins only over defaults. */
export function toOverrides(variables: OverridingVariables): Override[] {
  const { host, port, isProduction } = variables;
  const wins = (path: string, variable: string, value: unknown): Override[] =>
    value === undefined ? [] : [{ path: path.split('.'), variable, isDefault: false, value: () => value }];
  const inProduction = (path: string, value: unknown): Override[] =>
    isProduction ? [{ path: path.split('.'), variable: 'NODE_ENV', isDefault: true, value: () => value }] : [];
  return [
    ...inProduction('gateway.introspection', false),
    ...inProduction('gateway.landing_page', false),
    ...inProduction('gateway.query_plans.for_everyone', false),
    ...inProduction('gateway.cors.origins', []),
    ...inProduction('gateway.response_cache.debug', false),
    ...inProduction('gateway.telemetry.logging.format', 'json'),
    ...wins('gateway.introspection', 'INTROSPECTION', variables.introspection),
    ...wins('gateway.landing_page', 'LANDING_PAGE', variables.landingPage),
    ...wins('gateway.cors.origins', 'CORS_ORIGINS', variables.corsOrigins),
    ...wins('gateway.telemetry.logging.format', 'LOG_FORMAT', variables.logFormat),
    ...wins('gateway.telemetry.logging.level', 'LOG_LEVEL', variables.logLevel),
    ...telemetryValues(variables.telemetry).flatMap(([path, variable, value]) =>
      wins(`gateway.telemetry.${path}`, variable, value),
    ),
    ...(host === undefined
      ? []
      : [listenOverride('HOST', (port) => `${host.includes(':') ? `[${host}]` : host}:${port}`)]),
    ...(port === undefined ? [] : [listenOverride('GATEWAY_PORT', (_, host) => `${host}:${port}`)]),
  ];
}

/** Returns the settings of telemetry that variables give, which are those of the subgraphs too. */
function telemetryValues(variables: TelemetryVariables): [path: string, variable: string, value: unknown][] {
  const { OTEL_EXPORTER_OTLP_HEADERS: headers, OTEL_METRIC_EXPORT_INTERVAL: intervalMs } = variables;
  const list = headers && Object.entries(headers).map(([name, value]) => ({ name, value }));
  const collector = (section: string, kind: 'TRACES' | 'METRICS' | 'LOGS'): [string, string, unknown][] => {
    const variable = `OTEL_EXPORTER_OTLP_${kind}_ENDPOINT` as const;
    if (variables[variable] === undefined) return [];
    return [
      [`${section}.otlp.endpoint`, variable, variables[variable]],
      [`${section}.otlp.headers`, 'OTEL_EXPORTER_OTLP_HEADERS', list],
    ];
  };
  const hasMetrics = variables.OTEL_EXPORTER_OTLP_METRICS_ENDPOINT !== undefined;
  return [
    ['metrics.prometheus', 'METRICS_PATH', variables.METRICS_PATH],
    ['logging.access_log', 'ACCESS_LOG', variables.ACCESS_LOG],
    ['tracing.sampler', 'OTEL_TRACES_SAMPLER_ARG', variables.OTEL_TRACES_SAMPLER_ARG],
    ...collector('tracing', 'TRACES'),
    ...collector('metrics', 'METRICS'),
    ...collector('logging', 'LOGS'),
    ['metrics.otlp.interval', 'OTEL_METRIC_EXPORT_INTERVAL', hasMetrics ? `${intervalMs}ms` : undefined],
  ];
}

/** Overrides a part of the address, the host or the port. A value that is not a string is left for validation to report. */
function listenOverride(variable: string, join: (port: string, host: string) => string): Override {
  return {
    path: ['gateway', 'listen'],
    variable,
    isDefault: false,
    value(given = DEFAULT_LISTEN) {
      if (typeof given !== 'string') return given;
      if (given.startsWith('unix:') && variable === 'HOST') return given; // it is for all processes, and of no use to a socket
      const address = given.startsWith('unix:') ? DEFAULT_LISTEN : given;
      const colon = address.lastIndexOf(':');
      return join(address.slice(colon + 1), address.slice(0, colon));
    },
  };
}

/** Applies overrides to the values of a supergraph file in place, and returns those that had an effect. */
export function applyOverrides(values: unknown, overrides: readonly Override[]): Override[] {
  return overrides.filter(({ path, isDefault, value }) => {
    const above = path.slice(0, -1).reduce(childOf, values);
    const key = path.at(-1) ?? '';
    if (!isRecord(above) || (isDefault && above[key] !== undefined)) return false;
    above[key] = value(above[key]);
    return true;
  });
}

/** Returns the value of a key, creating an empty mapping if there is none. */
function childOf(value: unknown, key: string): unknown {
  if (!isRecord(value)) return undefined;
  value[key] ??= {};
  return value[key];
}

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toAuthority } from '@lockstep/runtime/http/authority.ts';
import { readConfig } from './environment.ts';
import { read, withGateway } from './testing/written-file.ts';

/** Returns the settings of a file with these lines under `gateway`, in this environment. */
function settings(env: NodeJS.ProcessEnv, lines = '  {}') {
  const { listen, introspection, landingPage, cors } = read(withGateway(lines), env).gateway;
  return { listen: toAuthority(listen), introspection, page: landingPage.atEndpoint, origins: cors.origins };
}

const FILE = `  listen: 0.0.0.0:5000
  introspection: true
  landing_page: graphiql
  cors: { origins: [https://file.example] }`;
const IN_FILE = { listen: '0.0.0.0:5000', introspection: true, page: 'graphiql', origins: ['https://file.example'] };

test('has introspection, the page and local origins by default', () => {
  const { origins, ...others } = settings({});
  assert.deepEqual(others, { listen: '127.0.0.1:4000', introspection: true, page: 'sandbox' });
  assert.deepEqual(origins.slice(0, 2), ['https://studio.apollographql.com', 'http://localhost:*']);
});

test('turns them off in production, unless the file turns them on', () => {
  const env = { NODE_ENV: 'production' };
  const off = { listen: '127.0.0.1:4000', introspection: false, page: 'none', origins: [] };
  assert.deepEqual(settings(env), off);
  assert.deepEqual(settings(env, FILE), IN_FILE);
});

test('a variable wins over the file and over production mode', () => {
  const variables = {
    NODE_ENV: 'production',
    GATEWAY_PORT: '6000',
    INTROSPECTION: 'false',
    LANDING_PAGE: 'sandbox',
    CORS_ORIGINS: 'https://shop.example, https://admin.example',
  };
  const origins = ['https://shop.example', 'https://admin.example'];
  const won = { introspection: false, page: 'sandbox', origins };
  assert.deepEqual(settings(variables, FILE), { ...won, listen: '0.0.0.0:6000' });
  assert.deepEqual(settings({ ...variables, HOST: '::1' }, FILE), { ...won, listen: '[::1]:6000' });
  assert.deepEqual(settings({ HOST: '::1' }), { ...settings({}), listen: '[::1]:4000' });
  assert.equal(settings({ NODE_ENV: 'production', INTROSPECTION: 'true' }).introspection, true);
});

test('ignores an empty variable', () => {
  const empty = { GATEWAY_PORT: '', HOST: ' ', INTROSPECTION: '', LANDING_PAGE: '', CORS_ORIGINS: '' };
  assert.deepEqual(settings(empty, FILE), IN_FILE);
});

test("turns off the vendor's telemetry before a gateway can be created", () => {
  const env: NodeJS.ProcessEnv = { APOLLO_TELEMETRY_DISABLED: 'false' };
  readConfig(env);
  assert.equal(env.APOLLO_TELEMETRY_DISABLED, '1');
});

test('reports every wrong variable', () => {
  assert.throws(
    () => readConfig({ GATEWAY_PORT: 'http', INTROSPECTION: 'yes', LANDING_PAGE: 'on', CORS_ORIGINS: 'a.example' }),
    /GATEWAY_PORT=http: .*INTROSPECTION=yes: .*LANDING_PAGE=on: give true, .*CORS_ORIGINS=a\.example: give an origin/s,
  );
});

test("variables of telemetry win over the file, as for the subgraphs, and a collector's headers come with its address", () => {
  const file = `  telemetry:
    metrics: { prometheus: /figures }
    tracing: { otlp: { endpoint: 'http://file.example' }, sampler: 0.5 }`;
  const telemetryOf = (env: NodeJS.ProcessEnv) => {
    const { metricsPath, hasAccessLog, tracing, metricExport, logExport } = read(withGateway(file), env).gateway
      .telemetry;
    return { metricsPath, hasAccessLog, tracing, metricExport, logExport };
  };
  const inFile = { url: 'http://file.example/v1/traces', headers: {}, share: 0.5, serviceName: 'lockstep' };
  const headers = { OTEL_EXPORTER_OTLP_HEADERS: 'x-key=sesame' };
  assert.deepEqual(telemetryOf(headers), {
    metricsPath: '/figures',
    hasAccessLog: false,
    tracing: inFile,
    metricExport: undefined,
    logExport: undefined,
  });
  const env = {
    ...headers,
    METRICS_PATH: '/metrics',
    ACCESS_LOG: 'true',
    OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://127.0.0.1:4318',
    OTEL_TRACES_SAMPLER_ARG: '0.1',
    OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: 'http://127.0.0.1:4318',
    OTEL_METRIC_EXPORT_INTERVAL: '5000',
    OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: 'http://127.0.0.1:4318/lines',
  };
  const own = { headers: { 'x-key': 'sesame' }, serviceName: 'lockstep' };
  const metricExport = { ...own, url: 'http://127.0.0.1:4318/v1/metrics', intervalMs: 5000 };
  const logExport = { ...own, url: 'http://127.0.0.1:4318/lines' };
  const tracing = { ...inFile, url: 'http://127.0.0.1:4318/v1/traces', headers: { 'x-key': 'sesame' }, share: 0.1 };
  assert.deepEqual(telemetryOf(env), { metricsPath: '/metrics', hasAccessLog: true, tracing, metricExport, logExport });
});

test('processes of one app of pm2 share a file of totals, and others have none', () => {
  const pm2 = { PM2_HOME: '/home/ada/.pm2', name: 'gateway' };
  const files = ['0', '1'].map((pm_id) => readConfig({ ...pm2, pm_id }).totalsFile);
  assert.deepEqual(files, Array(2).fill('/home/ada/.pm2/gateway-metrics.sqlite'));
  assert.equal(readConfig(pm2).totalsFile, undefined);
});

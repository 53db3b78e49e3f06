import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mistakesOf, read, withGateway } from '../testing/written-file.ts';

const PATH = 'give a path such as /metrics, with / followed by letters, digits, - _ . ~ /';
const LEVELS = 'give trace, debug, info, warn, error or fatal';
const SHARE = 'give a number from 0 to 1, such as 0.1';
const TAKEN = 'the path is in use; give another';

/** Wrong values with their messages. */
const WRONG: [lines: string, mistake: string][] = [
  ['metrics: { prometheus: metrics }', `metrics.prometheus: "metrics": ${PATH}`],
  ['metrics: { prometheus: true }', `metrics.prometheus: true: ${PATH}`],
  ['metrics: { prometheus: /graphql }', `metrics.prometheus: "/graphql": ${TAKEN}`],
  ['metrics: { prometheus: /graphiql }', `metrics.prometheus: "/graphiql": ${TAKEN}`],
  ['metrics: { prometheus: /health/live }', `metrics.prometheus: "/health/live": ${TAKEN}`],
  ['metrics: { prometheus: /health/ready }', `metrics.prometheus: "/health/ready": ${TAKEN}`],
  [
    'tracing: { otlp: { endpoint: "127.0.0.1:4318" } }',
    'tracing.otlp.endpoint: "127.0.0.1:4318": give an address that starts with http:// or https://',
  ],
  [
    'tracing: { otlp: { endpoint: "http://a", headers: [{ name: "a b", value: c }] } }',
    'tracing.otlp.headers.0.name: "a b": give the name of a header',
  ],
  [
    'tracing: { otlp: { endpoint: "http://a", headers: [{ name: a, value: 1 }] } }',
    'tracing.otlp.headers.0.value: "***": give a text',
  ],
  ['tracing: { sampler: 10 }', `tracing.sampler: 10: ${SHARE}`],
  ['tracing: { sampler: always }', `tracing.sampler: "always": ${SHARE}`],
  ['tracing: { service_name: "" }', 'tracing.service_name: "": give a name such as lockstep'],
  ['logging: { format: text }', 'logging.format: "text": give pretty or json'],
  ['logging: { level: loud }', `logging.level: "loud": ${LEVELS}`],
  ['logging: { access_log: combined }', 'logging.access_log: "combined": give true or false'],
];

for (const [lines, mistake] of WRONG) {
  test(`rejects ${lines} with advice`, () => {
    const file = withGateway(`  telemetry: { ${lines} }`);
    assert.deepEqual(mistakesOf(file), [`2: gateway.telemetry.${mistake}`]);
  });
}

const telemetryOf = (lines: string, env = {}) => read(withGateway(`  telemetry: ${lines}`), env).gateway.telemetry;

test('is off by default', () => {
  const logging = { format: 'pretty', level: 'info' };
  assert.deepEqual(telemetryOf('{}'), {
    metricsPath: undefined,
    tracing: undefined,
    metricExport: undefined,
    logExport: undefined,
    logging,
    hasAccessLog: false,
    fieldUsage: undefined,
  });
});

test('adds /v1/traces to the URL of a collector without a path', () => {
  const urlOf = (endpoint: string) => telemetryOf(`{ tracing: { otlp: { endpoint: "${endpoint}" } } }`).tracing?.url;
  assert.equal(urlOf('http://127.0.0.1:4318'), 'http://127.0.0.1:4318/v1/traces');
  assert.equal(urlOf('http://127.0.0.1:4318/'), 'http://127.0.0.1:4318/v1/traces');
  assert.equal(urlOf('https://otel.example/api/traces'), 'https://otel.example/api/traces');
});

test('reads every key of tracing, and is off without a collector', () => {
  const otlp = '{ endpoint: "http://a/t", headers: [{ name: X-Key, value: secret }] }';
  assert.deepEqual(telemetryOf(`{ tracing: { otlp: ${otlp}, sampler: 0.1, service_name: shop } }`).tracing, {
    url: 'http://a/t',
    headers: { 'x-key': 'secret' },
    share: 0.1,
    serviceName: 'shop',
  });
  assert.equal(telemetryOf('{ tracing: { sampler: 0.1 } }').tracing, undefined);
});

test('LOG_FORMAT and LOG_LEVEL win over the file, and production mode only over the defaults', () => {
  const lines = '{ logging: { format: json, level: warn } }';
  assert.deepEqual(telemetryOf(lines).logging, { format: 'json', level: 'warn' });
  const env = { LOG_FORMAT: 'pretty', LOG_LEVEL: 'debug' };
  assert.deepEqual(telemetryOf(lines, env).logging, { format: 'pretty', level: 'debug' });
  const production = { NODE_ENV: 'production' };
  assert.equal(telemetryOf('{}', production).logging.format, 'json');
  assert.equal(telemetryOf('{ logging: { format: pretty } }', production).logging.format, 'pretty');
});

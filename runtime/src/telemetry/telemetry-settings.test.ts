import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { readEnvironment } from '../environment.ts';
import { telemetryVariables, toTelemetry } from './telemetry-settings.ts';

const read = (env: NodeJS.ProcessEnv) => toTelemetry(readEnvironment(z.object(telemetryVariables), env), 'users');

const OFF = {
  hasAccessLog: false,
  metricsPath: undefined,
  tracing: undefined,
  metricExport: undefined,
  logExport: undefined,
};

test('is off unless a variable turns it on', () => {
  assert.deepEqual(read({ ACCESS_LOG: '' }), OFF);
});

test('reads what a process logs, serves and sends', () => {
  const env = {
    ACCESS_LOG: 'true',
    METRICS_PATH: '/metrics',
    OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://127.0.0.1:4318',
    OTEL_EXPORTER_OTLP_HEADERS: 'x-key=a%20key, x-tenant = shop=1',
    OTEL_TRACES_SAMPLER_ARG: '0.1',
    OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: 'http://127.0.0.1:4319/mine',
    OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: 'http://127.0.0.1:4318/',
  };
  assert.throws(() => read(env), /OTEL_EXPORTER_OTLP_HEADERS=\*\*\*: give headers as name=value/);
  const headers = { 'x-key': 'a key', 'x-tenant': 'shop=1' };
  assert.deepEqual(read({ ...env, OTEL_EXPORTER_OTLP_HEADERS: 'x-key=a%20key, x-tenant=shop=1' }), {
    hasAccessLog: true,
    metricsPath: '/metrics',
    tracing: {
      url: 'http://127.0.0.1:4318/v1/traces',
      headers,
      share: 0.1,
      serviceName: 'users',
    },
    metricExport: { url: 'http://127.0.0.1:4319/mine', headers, serviceName: 'users', intervalMs: 60_000 },
    logExport: { url: 'http://127.0.0.1:4318/v1/logs', headers, serviceName: 'users' },
  });
});

test('names a wrong variable, and shows no header', () => {
  for (const env of [
    { ACCESS_LOG: 'yes' },
    { METRICS_PATH: 'metrics' },
    { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'collector:4318' },
    { OTEL_TRACES_SAMPLER_ARG: '2' },
    { OTEL_EXPORTER_OTLP_HEADERS: 'x-key=%zz-hunter2' },
  ]) {
    const [name = ''] = Object.keys(env);
    assert.throws(() => read(env), new RegExp(`${name}=.*: give`));
    assert.throws(
      () => read(env),
      (error: Error) => !error.message.includes('hunter2'),
    );
  }
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readConfig } from './environment.ts';

test('a developer gets introspection, the page and the origins of a developer', () => {
  const config = readConfig({});
  assert.deepEqual([config.introspection, config.landingPage, config.corsOrigins], [true, true, undefined]);
  assert.deepEqual([config.host, config.port], ['127.0.0.1', 4000]);
});

test('in production they are off unless switched on', () => {
  const config = readConfig({ NODE_ENV: 'production' });
  assert.deepEqual([config.introspection, config.landingPage, config.corsOrigins], [false, false, []]);
  const switchedOn = readConfig({
    NODE_ENV: 'production',
    INTROSPECTION: 'true',
    LANDING_PAGE: 'true',
    CORS_ORIGINS: 'https://shop.example, https://admin.example',
  });
  assert.deepEqual(
    [switchedOn.introspection, switchedOn.landingPage, switchedOn.corsOrigins],
    [true, true, ['https://shop.example', 'https://admin.example']],
  );
});

test("the vendor's telemetry is switched off before a gateway can be made", () => {
  const env: NodeJS.ProcessEnv = { APOLLO_TELEMETRY_DISABLED: 'false' };
  readConfig(env);
  assert.equal(env.APOLLO_TELEMETRY_DISABLED, '1');
});

test('every wrong variable is named', () => {
  assert.throws(
    () => readConfig({ GATEWAY_PORT: 'http', INTROSPECTION: 'yes' }),
    /GATEWAY_PORT=http: .*INTROSPECTION=yes: /s,
  );
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toTelemetry } from '@lockstep/runtime/telemetry/telemetry-settings.ts';
import { recordLog } from '@lockstep/runtime/testing/log-recorder.ts';
import { SubgraphTelemetry } from './subgraph-telemetry.ts';

const NOTHING = toTelemetry({ OTEL_METRIC_EXPORT_INTERVAL: 60_000 }, 'users');

test('is off if nothing is configured, and pm2 does not run the process', async () => {
  assert.equal(process.send, undefined);
  assert.equal(await SubgraphTelemetry.open(NOTHING, recordLog().logger), undefined);
});

test('counts requests for pm2 if nothing is configured, and times neither resolvers nor statements', async (t) => {
  process.send = () => true;
  t.after(() => delete process.send);
  const telemetry = await SubgraphTelemetry.open(NOTHING, recordLog().logger);
  assert.deepEqual([telemetry?.timesWork, telemetry?.metrics], [false, undefined]);
  await telemetry?.close();
});

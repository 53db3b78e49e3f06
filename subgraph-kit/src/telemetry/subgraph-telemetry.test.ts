import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { toTelemetry } from '@lockstep/runtime/telemetry/telemetry-settings.ts';
import { recordLog } from '@lockstep/runtime/testing/log-recorder.ts';
import { SubgraphTelemetry } from './subgraph-telemetry.ts';

const NOTHING = toTelemetry({ OTEL_METRIC_EXPORT_INTERVAL: 60_000 }, 'users');

/** Sets what a process has if its parent may be told something, as pm2 is. */
function setSend(t: TestContext, send: typeof process.send): void {
  const before = process.send;
  process.send = send;
  t.after(() => {
    process.send = before;
  });
}

test('is off if nothing is configured', async (t) => {
  setSend(t, undefined);
  assert.equal(await SubgraphTelemetry.open(NOTHING, recordLog().logger), undefined);
});

test('counts requests for pm2 if nothing is configured, and times neither resolvers nor statements', async (t) => {
  setSend(t, () => true);
  const telemetry = await SubgraphTelemetry.open(NOTHING, recordLog().logger);
  assert.deepEqual([telemetry?.timesWork, telemetry?.metrics], [false, undefined]);
  await telemetry?.close();
});

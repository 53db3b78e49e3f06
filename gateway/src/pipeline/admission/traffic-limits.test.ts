import assert from 'node:assert/strict';
import { test } from 'node:test';
import { recordLog } from '@lockstep/runtime/testing/log-recorder.ts';
import { RejectionCounts } from '../../telemetry/rejection-counts.ts';
import { TrafficLimits } from './traffic-limits.ts';

const parts = { logger: recordLog().logger, refusals: new RejectionCounts() };

test('keeps its counts if the settings stay equal, and starts anew otherwise', async () => {
  const settings = { rateLimit: { capacity: 5, intervalMs: 1000 }, concurrencyLimit: 2 };
  const limits = await TrafficLimits.open(settings, parts);
  assert.equal(await TrafficLimits.open(structuredClone(settings), parts, limits), limits);
  assert.notEqual(await TrafficLimits.open({ ...settings, concurrencyLimit: 3 }, parts, limits), limits);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MetricRegistry } from './metric-registry.ts';
import { figuresBetween, trafficOf } from './pm2-figures.ts';
import { TrafficMetrics } from './traffic-metrics.ts';

test('pm2 is told the requests and errors a second of the last interval, and the time of 95 % of them', async () => {
  const metrics = new TrafficMetrics(new MetricRegistry());
  const add = (count: number, seconds: number, status: number, outcome: string) => {
    for (let request = 0; request < count; request += 1) {
      metrics.requests.add(status, outcome);
      metrics.requestDuration.add('', seconds);
    }
  };
  add(1000, 9, 500, 'error');
  const before = { ...(await trafficOf(metrics)), at: 0 };
  assert.deepEqual(figuresBetween(before, { ...before, at: 2000 }), {
    requests: { value: '0.0', unit: '/s' },
    p95: { value: '-', unit: 'ms' },
    errors: { value: '0.0', unit: '/s' },
  });
  add(90, 0.002, 200, 'ok');
  add(2, 0.02, 200, 'partial');
  add(3, 0.02, 503, 'refused');
  add(5, 0.02, 429, 'refused');
  const now = { ...(await trafficOf(metrics)), at: 2000 };
  assert.deepEqual(figuresBetween(before, now), {
    requests: { value: '50.0', unit: '/s' },
    p95: { value: '17.5', unit: 'ms' }, // half of those between 10 and 25 ms
    errors: { value: '2.5', unit: '/s' },
  });
  add(100, 60, 200, 'ok');
  const slow = { ...(await trafficOf(metrics)), at: 4000 };
  assert.equal(figuresBetween(now, slow).p95?.value, '10000.0', 'no more is known of longer ones');
});

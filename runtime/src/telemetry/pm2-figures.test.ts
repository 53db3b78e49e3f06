import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Pm2Figures } from './pm2-figures.ts';

test('pm2 is told the requests and errors a second of the last interval, and the time of 95 % of them', () => {
  const figures = new Pm2Figures(0);
  const add = (count: number, durationMs: number, status: number, outcome: string) => {
    for (let request = 0; request < count; request += 1) figures.add({ status, outcome, durationMs });
  };
  add(1000, 9000, 500, 'error');
  figures.take(2000);
  assert.deepEqual(figures.take(4000), {
    requests: { value: '0.0', unit: '/s' },
    p95: { value: '-', unit: 'ms' },
    errors: { value: '0.0', unit: '/s' },
  });
  add(90, 2, 200, 'ok');
  add(2, 20, 200, 'partial');
  add(3, 20, 503, 'refused');
  add(5, 20, 429, 'refused');
  assert.deepEqual(figures.take(6000), {
    requests: { value: '50.0', unit: '/s' },
    p95: { value: '17.5', unit: 'ms' }, // half of those between 10 and 25 ms
    errors: { value: '2.5', unit: '/s' },
  });
  add(100, 60_000, 200, 'ok');
  assert.equal(figures.take(8000).p95?.value, '10000.0', 'no more is known of longer ones');
});

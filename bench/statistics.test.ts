import assert from 'node:assert/strict';
import { test } from 'node:test';
import { percentile, spread } from './statistics.ts';

test('takes the median of an even number of values between the middle two', () => {
  assert.deepEqual(spread([4, 1, 3, 2]), { median: 2.5, least: 1, most: 4 });
  assert.deepEqual(spread([3, 1, 2]), { median: 2, least: 1, most: 3 });
});

test('returns NaN as the median of an empty list', () => {
  assert.ok(Number.isNaN(spread([]).median));
});

test('returns percentiles', () => {
  const values = Array.from({ length: 100 }, (_, index) => index);
  assert.equal(percentile(values, 50), 50);
  assert.equal(percentile(values, 99), 99);
  assert.equal(percentile([7], 99), 7);
});

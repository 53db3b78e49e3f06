import assert from 'node:assert/strict';
import { test } from 'node:test';
import { growthWithoutFullCollection } from '../testing/heap-growth.ts';
import { TransientMap } from './transient-map.ts';

test('has what was set and not deleted since, in the order it came', () => {
  const map = new TransientMap<number, string>();
  for (let key = 0; key < 1000; key += 1) {
    map.set(key, `value ${key}`);
    assert.equal(map.get(key), `value ${key}`);
    if (key >= 100) map.delete(key - 100);
  }
  assert.equal(map.size, 100);
  assert.deepEqual(
    [...map.keys()],
    Array.from({ length: 100 }, (_, index) => 900 + index),
  );
  assert.deepEqual([map.has(899), map.has(900), map.get(899), map.get(900)], [false, true, undefined, 'value 900']);
  map.set(900, 'another');
  assert.deepEqual([map.size, map.get(900)], [100, 'another']);
});

for (const live of [1, 16, 500])
  test(`lets go of what was deleted without a full collection, with ${live} entries at a time`, () => {
    const map = new TransientMap<number, unknown>();
    map.set(0, undefined);
    const bytes = growthWithoutFullCollection(() => {
      for (let key = 1; key < 20_000; key += 1) {
        map.set(key, new Array(200).fill(key)); // 1,600 bytes
        map.delete(key - live);
      }
    });
    assert.ok(bytes < 2_000_000 + live * 1_600 * 2, `${bytes} bytes`); // with a Map, 10 MB or more
  });

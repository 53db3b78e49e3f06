import assert from 'node:assert/strict';
import { test } from 'node:test';
import { heapGrowth } from '../testing/heap-growth.ts';
import { ByteCache } from './byte-cache.ts';
import { HeldBytes } from './held-bytes.ts';

const MAX_BYTES = 2_000_000;

for (const [name, key] of [
  ['one character and a number', (index: number) => `a${index}`],
  ['a thousand characters', (index: number) => `${'x'.repeat(1000)}${index}`],
  ['a thousand characters of two bytes', (index: number) => `${'\u20ac'.repeat(1000)}${index}`],
] as const) {
  test(`holds no more than its bound, however many keys of ${name} come`, async () => {
    const { bytes, result } = await heapGrowth(() => {
      const cache = new ByteCache<'known'>(MAX_BYTES);
      for (let index = 0; index < 40_000; index += 1) cache.set(Buffer.from(key(index)).toString(), 'known', 0);
      return cache;
    });
    assert.ok(bytes < MAX_BYTES * 1.1, `${bytes} bytes`);
    assert.ok(result.bytes > MAX_BYTES * 0.9 && result.get(key(39_999)) === 'known');
  });
}

test('evicts others as an entry grows, and the entry itself if it outgrows the bound', () => {
  const cache = new ByteCache<object>(10_000);
  const [held, other] = [new HeldBytes(), {}];
  cache.set('grows', {}, held);
  cache.set('other', other, 4000);
  held.add(4000);
  assert.equal(cache.get('other'), other);
  held.add(3000);
  assert.deepEqual([cache.get('other'), cache.size], [undefined, 1]);
  held.add(3000);
  assert.deepEqual([cache.get('grows'), cache.size, cache.bytes], [undefined, 0, 0]);
});

test('follows an entry no longer once another has its key', () => {
  const cache = new ByteCache<object>(10_000);
  const held = new HeldBytes();
  cache.set('a', {}, held);
  const next = {};
  cache.set('a', next, 100);
  held.add(20_000);
  assert.equal(cache.get('a'), next);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StrictestCacheControl } from './cache-control.ts';

function strictest(parts: readonly (string | undefined)[], isPersonal = false): string {
  const merged = new StrictestCacheControl();
  for (const part of parts) merged.add(part);
  return merged.toString(isPersonal);
}

test('combines several to the strictest', () => {
  const cases = [
    [['max-age=60', 'max-age=30', 'max-age=90'], 'max-age=30'],
    [['max-age=60', 'no-store', 'no-cache'], 'no-store'],
    [['max-age=60', undefined], 'no-store'],
    [['max-age=60', ''], 'max-age=0'],
    [['max-age=60', 'no-cache'], 'no-cache, max-age=0'],
    [['public, max-age=60', 'private, max-age=90'], 'private, max-age=60'],
    [['public, max-age=60', 'PUBLIC, max-age=90'], 'public, max-age=60'],
    [['public, max-age=60', 'max-age=90'], 'max-age=60'],
    [['max-age=60, s-maxage=100', 'max-age=90'], 'max-age=60, s-maxage=90'],
    [['max-age=60, s-maxage=100', 'private, max-age=90'], 'private, max-age=60'],
    [['max-age=60, must-revalidate', 'max-age=90'], 'must-revalidate, max-age=60'],
    [['max-age=60, stale-while-revalidate=600, immutable'], 'max-age=60'],
    [['max-age="60"'], 'max-age=60'],
    [['max-age=-1'], 'max-age=0'],
    [['max-age'], 'max-age=0'],
    [['max-age=60, max-age=600'], 'max-age=60'],
    [[], 'no-store'],
  ] as const;
  for (const [parts, merged] of cases) assert.equal(strictest(parts), merged, parts.join(' + '));
});

test('gives the same in any order', () => {
  const parts = ['public, max-age=60, s-maxage=100', 'private, max-age=5', 'no-cache', 'max-age=7, must-revalidate'];
  assert.equal(strictest(parts), strictest(parts.toReversed()));
});

test('marks an answer that depends on who asks as private', () => {
  assert.equal(strictest(['public, max-age=60, s-maxage=600'], true), 'private, max-age=60');
  assert.equal(strictest(['no-store'], true), 'no-store');
});

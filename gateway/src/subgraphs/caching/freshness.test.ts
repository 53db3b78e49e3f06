import assert from 'node:assert/strict';
import type { IncomingHttpHeaders } from 'node:http';
import { test } from 'node:test';
import { freshnessOf } from './freshness.ts';

const TTL = { ttlMs: 5000 };

for (const [cacheControl, expected, headers, settings] of [
  ['max-age=60', 60],
  ['max-age=60, s-maxage=10', 10],
  ['Public, Max-Age="60"', 60],
  ['private, max-age=60, s-maxage=10', 'private 60'],
  ['private="x-name", max-age=60', 'private 60'],
  ['max-age=60', 40, { age: '20' }],
  ['max-age=60', undefined, { age: '60' }],
  ['max-age=60', undefined, { age: '9999999999999' }],
  ['max-age=60', 40, { age: '20, 70' }],
  ['max-age=60', 60, { age: '-20' }],
  ['max-age=60', undefined, { vary: 'accept, *' }],
  ['max-age=60', 60, { vary: 'authorization' }],
  ['max-age=0', undefined],
  ['max-age=-1', undefined],
  ['max-age=soon', undefined, {}, TTL],
  ['no-store, max-age=60', undefined, {}, TTL],
  ['no-cache', undefined, {}, TTL],
  ['no-cache="x", max-age=60', undefined, {}, TTL],
  ['public', undefined],
  ['public', 5, {}, TTL],
  [undefined, undefined],
  [undefined, 5, {}, TTL],
  [undefined, 3, { age: '2' }, TTL],
  [undefined, undefined, { expires: '0' }, TTL],
  [undefined, 30, { date: 'Thu, 01 Jan 2026 00:00:00 GMT', expires: 'Thu, 01 Jan 2026 00:00:30 GMT' }, TTL],
  ['max-age=60', 7, {}, { maxTtlMs: 7000 }],
  ['max-age=9999999999999', 2 ** 31],
] satisfies [string | undefined, number | string | undefined, IncomingHttpHeaders?, object?][]) {
  test(`${cacheControl} with ${JSON.stringify([headers ?? {}, settings ?? {}])}: ${expected}`, () => {
    const head = { status: 200, headers: { ...headers, ...(cacheControl && { 'cache-control': cacheControl }) } };
    const found = freshnessOf({ data: { a: 1 }, head }, settings ?? {});
    const seconds = found && found.lifetimeMs / 1000;
    assert.equal(found?.isPrivate ? `private ${seconds}` : seconds, expected);
  });
}

for (const [cacheControl, lifetime, whileRevalidate, ifError, settings] of [
  ['max-age=60', 60, 0, 0],
  ['max-age=60, stale-while-revalidate=10, stale-if-error=20', 60, 10, 20],
  ['max-age=0, stale-while-revalidate=10', 0, 10, 0],
  ['s-maxage=60, stale-while-revalidate=10', 60, 10, 0],
  ['max-age=60, must-revalidate, stale-if-error=20', 60, 0, 0],
  ['max-age=60, proxy-revalidate, stale-while-revalidate=20', 60, 0, 0],
  ['max-age=60, stale-if-error=20', 60, 0, 10, { maxTtlMs: 70_000 }],
  ['max-age=60, stale-if-error=20', 40, 0, 0, { maxTtlMs: 40_000 }],
] satisfies [string, number, number, number, object?][]) {
  test(`${cacheControl} with ${JSON.stringify(settings ?? {})}: stale for ${whileRevalidate} and ${ifError}`, () => {
    const head = { status: 200, headers: { 'cache-control': cacheControl } };
    const found = freshnessOf({ data: { a: 1 }, head }, settings ?? {});
    assert.deepEqual(
      [found?.lifetimeMs, found?.staleWhileRevalidateMs, found?.staleIfErrorMs],
      [lifetime * 1000, whileRevalidate * 1000, ifError * 1000],
    );
  });
}

test('nothing is stored with errors, of another status or without data', () => {
  const head = { status: 200, headers: { 'cache-control': 'max-age=60' } };
  const data = { a: 1 };
  assert.ok(freshnessOf({ data, head }, {}));
  assert.equal(freshnessOf({ data, head, errors: [{ message: 'no' }] }, {}), undefined);
  assert.equal(freshnessOf({ data, head: { ...head, status: 203 } }, {}), undefined);
  assert.equal(freshnessOf({ data: null, head }, {}), undefined);
  assert.equal(freshnessOf({ data }, {}), undefined);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { z } from 'zod';
import { read } from '../testing/written-file.ts';
import { subgraph } from './subgraph.ts';
import { trafficShaping } from './traffic-shaping.ts';

const SUBGRAPH = { routing_url: 'http://127.0.0.1:1/graphql', schema: { sdl: '' } };

/** Returns the mistakes, each as `path: message`. */
function mistakesOf(section: z.ZodType, value: object): string[] {
  const { error } = section.safeParse(value);
  return (error?.issues ?? []).map(({ path, message }) => `${path.join('.')}: ${message}`);
}

test('reads every key of traffic_shaping, and has no limits by default', () => {
  assert.deepEqual(trafficShaping.parse({}), {
    timeoutMs: 10_000,
    deduplicateQuery: true,
    batchEntities: true,
    mergeFetches: true,
  });
  assert.deepEqual(
    trafficShaping.parse({
      timeout: '3s',
      concurrency_limit: 512,
      rate_limit: {
        capacity: 100,
        interval: '1s',
        key: { header: 'X-Forwarded-For', address_capacity: 1000 },
        redis: { url: 'redis://127.0.0.1:6379' },
      },
    }),
    {
      timeoutMs: 3000,
      deduplicateQuery: true,
      batchEntities: true,
      mergeFetches: true,
      concurrencyLimit: 512,
      rateLimit: {
        capacity: 100,
        intervalMs: 1000,
        keyHeader: 'x-forwarded-for',
        addressCapacity: 1000,
        redis: { url: 'redis://127.0.0.1:6379', namespace: 'lockstep' },
      },
    },
  );
});

test('retry and circuit_breaker are off by default, and have a default for each key', () => {
  const parsed = subgraph.parse(SUBGRAPH);
  assert.deepEqual([parsed.retry, parsed.circuitBreaker], [undefined, undefined]);
  const { retry, circuitBreaker } = subgraph.parse({ ...SUBGRAPH, retry: {}, circuit_breaker: {} });
  assert.deepEqual(retry, { maxAttempts: 3, intervalMs: 50, budget: 0.2 });
  assert.deepEqual(circuitBreaker, { errorThresholdPercentage: 50, requestThreshold: 20, sleepWindowMs: 5000 });
});

test('rejects a time limit of nothing', () => {
  assert.deepEqual(mistakesOf(subgraph, { ...SUBGRAPH, timeout: '0s' }), ['timeout: give a duration of 1ms or more']);
  assert.deepEqual(mistakesOf(trafficShaping, { timeout: '0ms' }), ['timeout: give a duration of 1ms or more']);
});

test('rejects wrong values with advice', () => {
  const traffic = {
    timeout: 10,
    concurrency_limit: 0,
    rate_limit: { capacity: 1.5, interval: '0ms', key: { header: 'not one' }, redis: { url: 'http://127.0.0.1' } },
  };
  assert.deepEqual(mistakesOf(trafficShaping, traffic), [
    'timeout: give a duration such as 500ms, 2s or 1m',
    'concurrency_limit: give a whole number, 1 or more',
    'rate_limit.capacity: give a whole number, 1 or more',
    'rate_limit.interval: give a duration of 1ms or more',
    'rate_limit.key.header: give the name of a header, such as x-forwarded-for',
    'rate_limit.redis.url: give an address such as redis://127.0.0.1:6379',
  ]);
  const calls = {
    ...SUBGRAPH,
    retry: { max_attempts: 0, interval: '1', budget: 20 },
    circuit_breaker: { error_threshold_percentage: 101, request_threshold: 'many', sleep_window: 5 },
  };
  assert.deepEqual(mistakesOf(subgraph, calls), [
    'retry.max_attempts: give a whole number, 1 or more',
    'retry.interval: give a duration such as 500ms, 2s or 1m',
    'retry.budget: give a number from 0 to 1, such as 0.2',
    'circuit_breaker.error_threshold_percentage: give a whole number from 1 to 100',
    'circuit_breaker.request_threshold: give a whole number from 1 to 100000',
    'circuit_breaker.sleep_window: give a duration such as 500ms, 2s or 1m',
  ]);
});

test('accepts numbers from environment variables, which are texts', () => {
  const retry = 'retry: { max_attempts: "${env.ATTEMPTS}", budget: "${env.BUDGET}" }';
  const file = `subgraphs: { a: { routing_url: "http://a:1/", schema: { file: a }, ${retry} } }`;
  const [a] = read(file, { ATTEMPTS: '2', BUDGET: '0.5' }).subgraphs;
  assert.deepEqual(a?.retry, { maxAttempts: 2, intervalMs: 50, budget: 0.5 });
});

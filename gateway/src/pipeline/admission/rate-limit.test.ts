import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { recordLog } from '@lockstep/runtime/testing/log-recorder.ts';
import { refusing } from '@lockstep/runtime/testing/refusing.ts';
import { serveHttp } from '@lockstep/runtime/testing/test-server.ts';
import type { RateLimitSettings } from '../../configuration/sections/rate-limit.ts';
import { RejectionCounts } from '../../telemetry/rejection-counts.ts';
import { RateLimit } from './rate-limit.ts';
import { MemoryCounts } from './request-counts.ts';

/** Starts a server with a rate limit, and returns a function that sends requests with the given headers one after the other. */
async function serveLimited(t: TestContext, settings: Partial<RateLimitSettings> = {}) {
  const refusals = new RejectionCounts();
  const limit = await RateLimit.open({ capacity: 2, intervalMs: 60_000, ...settings }, recordLog().logger, refusals);
  t.after(() => limit.close());
  const { url } = await serveHttp(
    t,
    refusing(async (request, response) => {
      await limit.check(request);
      response.end('{}');
    }),
  );
  const send = (headers: Record<string, string> = {}) => fetch(url, { method: 'POST', body: '{}', headers });
  return {
    send,
    refusals,
    async statuses(...requests: Record<string, string>[]) {
      const statuses: number[] = [];
      for (const headers of requests) statuses.push((await send(headers)).status);
      return statuses;
    },
  };
}

test('rejects requests beyond the limit, with the limit and retry-after', async (t) => {
  const { send, statuses, refusals } = await serveLimited(t);
  assert.deepEqual(await statuses({}, {}), [200, 200]);
  assert.deepEqual(refusals.all(), []);
  const refused = await send();
  assert.equal(refused.status, 429);
  assert.equal(refusals.count('traffic_shaping.rate_limit', 'refused'), 1);
  assert.equal(refused.headers.get('retry-after'), '60');
  assert.deepEqual(await refused.json(), {
    errors: [
      {
        message: 'One client may send 2 requests in 60000 ms; try again in 60 s',
        extensions: { code: 'RATE_LIMITED' },
      },
    ],
  });
});

test('accepts a client again in the next interval', async (t) => {
  const { statuses } = await serveLimited(t, { capacity: 1, intervalMs: 300 });
  assert.deepEqual(await statuses({}, {}), [200, 429]);
  await delay(300);
  assert.deepEqual(await statuses({}), [200]);
});

test('distinguishes clients by the header, or else by their address', async (t) => {
  const { statuses } = await serveLimited(t, { capacity: 1, keyHeader: 'x-api-key' });
  const requests = [{ 'x-api-key': 'a' }, { 'x-api-key': 'b' }, { 'x-api-key': 'a' }, {}, {}];
  assert.deepEqual(await statuses(...requests), [200, 200, 429, 200, 429]);
});

test('uses the last address of x-forwarded-for, whatever a client puts before it', async (t) => {
  const { statuses } = await serveLimited(t, { capacity: 1, keyHeader: 'x-forwarded-for' });
  const of = (list: string) => ({ 'x-forwarded-for': list });
  assert.deepEqual(await statuses(of('10.0.0.1'), of('10.0.0.9, 10.0.0.1'), of('10.0.0.1, 10.0.0.2')), [200, 429, 200]);
});

test('limits an address that changes its key with each request, if the settings say so', async (t) => {
  const { statuses } = await serveLimited(t, { capacity: 1, keyHeader: 'x-api-key', addressCapacity: 3 });
  const keys = ['a', 'b', 'c', 'd', 'e'].map((key) => ({ 'x-api-key': key }));
  assert.deepEqual(await statuses(...keys), [200, 200, 200, 429, 429]);
  const byProxy = (client: string, key: string) => ({ 'x-api-key': key, 'x-forwarded-for': `10.9.9.9, ${client}` });
  const proxied = ['f', 'g', 'h', 'i'].map((key) => byProxy('192.0.2.1', key));
  assert.deepEqual(await statuses(...proxied), [200, 200, 200, 429], 'the address that a proxy on this machine names');
  assert.deepEqual(await statuses(byProxy('192.0.2.2', 'j'), byProxy('192.0.2.2', 'j')), [200, 429]);
});

test('identifies an IPv6 client by its first 64 bits', async (t) => {
  const { statuses } = await serveLimited(t, { capacity: 1, keyHeader: 'x-forwarded-for' });
  const of = (address: string) => ({ 'x-forwarded-for': `10.0.0.1, ${address}` });
  const requests = ['2001:db8::1', '2001:db8::9:1', '2001:db8:0:1::1', '::ffff:192.0.2.1', '192.0.2.1'].map(of);
  assert.deepEqual(await statuses(...requests), [200, 429, 200, 200, 429]);
});

test('bounds the number of clients tracked', () => {
  const counts = new MemoryCounts(60_000, 2);
  for (const client of ['a', 'b', 'c']) counts.add(client);
  assert.equal(counts.add('c').requests, 2);
  assert.equal(counts.add('a').requests, 1); // forgotten, and begun anew
});

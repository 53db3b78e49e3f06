import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { ask, codesOf } from '../harness/client.ts';
import { type Afterwards, start } from '../harness/graph.ts';
import { freePort } from '../harness/ports.ts';
import type { RunningProcess } from '../harness/process.ts';
import { startRedis, withoutRedis } from '../harness/redis.ts';
import { edit } from '../harness/supergraph-files.ts';
import { until } from '../harness/waiting.ts';
import { serveGreetings } from './greetings.ts';
import { supergraphOf } from './settings.ts';

async function supergraphLimited(t: Afterwards, rateLimit: string): Promise<string> {
  const { url } = await serveGreetings(t, {});
  return supergraphOf(t, url, { traffic: [`rate_limit: ${rateLimit}`] });
}

/** Gateways with the same supergraph file. */
function startLimited(t: Afterwards, count: number, file: string): Promise<RunningProcess[]> {
  return Promise.all(Array.from({ length: count }, () => start(t, 'gateway', { SUPERGRAPH_FILE: file })));
}

/** Returns the code of one query to each, one after the other; `fine` if it is answered. */
async function codes(...gateways: (RunningProcess | undefined)[]): Promise<unknown[]> {
  const seen: unknown[] = [];
  for (const gateway of gateways) seen.push(codesOf(await ask(gateway?.url ?? '', '{ hello }'))[0] ?? 'fine');
  return seen;
}

const file = await supergraphLimited({ after }, '{ capacity: 2, interval: 1m }');
const gateway = await start({ after }, 'gateway', { SUPERGRAPH_FILE: file });

test('tells a client that sends too much, in a form that a page may read', async () => {
  assert.deepEqual(await codes(gateway, gateway, gateway), ['fine', 'fine', 'RATE_LIMITED']);
  const origin = 'http://localhost:3000';
  const refused = await fetch(gateway.url, { method: 'POST', body: '{}', headers: { origin } });
  assert.equal(refused.status, 429);
  assert.equal(refused.headers.get('retry-after'), '60');
  assert.equal(refused.headers.get('access-control-allow-origin'), origin);
  const alive = await fetch(new URL('/health/live', gateway.url));
  assert.equal(alive.status, 200);
});

test('keeps counting a client over a change of other settings', async () => {
  assert.deepEqual(await codes(gateway), ['RATE_LIMITED']);
  await edit(file, 'gateway:', 'gateway:\n  csrf: { required_headers: [x-ours] }');
  await gateway.logged(({ msg }) => msg.includes('the graph has changed'));
  assert.deepEqual(await codes(gateway), ['RATE_LIMITED']);
});

test('counts together in a shared Redis, and alone while that is gone', {
  skip: withoutRedis,
}, async (t) => {
  const port = await freePort();
  const redis = await startRedis(t, port);
  const rateLimit = `{ capacity: 3, interval: 1m, redis: { url: 'redis://127.0.0.1:${port}' } }`;
  const file = await supergraphLimited(t, rateLimit);
  const [one, other] = await startLimited(t, 2, file);
  await Promise.all([one, other].map((gateway) => gateway?.logged(({ msg }) => msg.startsWith('Redis answers:'))));
  assert.deepEqual(await codes(one, other, one, other, one), ['fine', 'fine', 'fine', 'RATE_LIMITED', 'RATE_LIMITED']);

  await redis.stop();
  await one?.logged(({ level, msg }) => level === 'warn' && msg.includes("Redis can't be asked"));
  assert.deepEqual(await codes(one, one, one, one), ['fine', 'fine', 'fine', 'RATE_LIMITED']);

  await startRedis(t, port);
  await until(
    () => codes(one),
    () => one?.logs.some(({ msg }) => msg.includes('Redis answers again')) === true,
  );
  await until(
    () => codes(other),
    ([code]) => code === 'RATE_LIMITED', // of the requests to both
  );

  await edit(file, "' } }", "', namespace: another } }");
  await one?.logged(({ msg }) => msg.includes('the graph has changed'));
  await until(
    () => codes(one),
    ([code]) => code === 'fine', // nobody has sent a request to the gateways of this namespace
  );
});

test('does not hold requests up for long if Redis hangs', { skip: withoutRedis }, async (t) => {
  const port = await freePort();
  const redis = await startRedis(t, port);
  const [gateway] = await startLimited(
    t,
    1,
    await supergraphLimited(t, `{ capacity: 1000, interval: 1m, redis: { url: 'redis://127.0.0.1:${port}' } }`),
  );
  await gateway?.logged(({ msg }) => msg.startsWith('Redis answers:'));
  redis.signal('SIGSTOP');
  const start = performance.now();
  const seen = await codes(...Array.from({ length: 20 }, () => gateway));
  redis.signal('SIGCONT');
  assert.deepEqual(new Set(seen), new Set(['fine']));
  assert.ok(performance.now() - start < 2000, '20 requests waited for Redis');
});

test('does not hold the start up if Redis is not there', async (t) => {
  const port = await freePort();
  const [gateway] = await startLimited(
    t,
    1,
    await supergraphLimited(t, `{ capacity: 1, interval: 1m, redis: { url: 'redis://127.0.0.1:${port}' } }`),
  );
  assert.deepEqual(await codes(gateway, gateway), ['fine', 'RATE_LIMITED']);
  await gateway?.logged(({ level, msg }) => level === 'warn' && msg.includes("Redis can't be asked"));
});

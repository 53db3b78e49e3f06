import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { RecordedUses } from '@lockstep/gateway/telemetry/usage/recorded-uses.ts';
import { RedisUsage } from '@lockstep/gateway/telemetry/usage/redis-usage.ts';
import type { OperationUses } from '@lockstep/gateway/telemetry/usage/usage-store.ts';
import { readUsesInRedis } from '@lockstep/gateway/telemetry/usage/uses-in-redis.ts';
import { recordLog } from '@lockstep/runtime/testing/log-recorder.ts';
import { freePort } from '../harness/ports.ts';
import { startRedis, tellRedis, withoutRedis } from '../harness/redis.ts';
import { until } from '../harness/waiting.ts';

const skip = withoutRedis;
const port = await freePort();
const settings = { url: `redis://127.0.0.1:${port}`, namespace: 'test' };
const PREFIX = 'test:field_usage:1';
const DAY_MS = 24 * 3_600_000;

if (!skip) await startRedis({ after }, port);

async function openUsage(maxBytes?: number): Promise<RedisUsage> {
  const log = recordLog();
  const usage = new RedisUsage(settings, log.logger, maxBytes);
  after(() => usage.close());
  await until(
    () => log.lines.length,
    (count) => count > 0,
  );
  after(() =>
    assert.deepEqual(
      log.lines.filter(({ level }) => level > 30),
      [],
    ),
  );
  return usage;
}

function uses(key: string, coordinate: string, ...clients: [client: string, count: number, given?: string[]][]) {
  const all = clients.map(([client, count, given = []]) => ({ client, count, given }));
  return { key, name: key.toUpperCase(), coordinates: () => [coordinate], clients: all } satisfies OperationUses;
}

const shown = (recorded: RecordedUses, coordinate: string, days = 30) =>
  recorded
    .of((used) => used === coordinate, days)
    .map(({ client, operation, count }) => `${client} ${operation} ${count}`)
    .sort();

test('adds up the uses of several gateways by client and operation', { skip }, async () => {
  await tellRedis(port, 'flushall');
  const [one, other] = await Promise.all([openUsage(), openUsage()]);
  await Promise.all([
    one?.add([uses('a', 'Query.a', ['shop', 2], ['web', 1])]),
    other?.add([uses('a', 'Query.a', ['shop', 3, ['Input.x']]), uses('b', 'Query.b', ['shop', 1])]),
  ]);
  await one?.add([uses('b', 'Query.b', ['shop', 1])]);
  const recorded = await readUsesInRedis(settings);
  const today = new Date().toISOString().slice(0, 10);
  assert.deepEqual([recorded.since, recorded.until], [today, today]);
  assert.deepEqual(shown(recorded, 'Query.a'), ['shop A 5', 'web A 1']);
  assert.deepEqual(shown(recorded, 'Query.b'), ['shop B 2']);
  assert.deepEqual(shown(recorded, 'Input.x'), ['shop A 5'], 'what came in variables, of those who gave it');
});

test('forgets what nobody used for 90 days, and all of it if no gateway runs', { skip }, async () => {
  await tellRedis(port, 'flushall');
  const usage = await openUsage();
  const now = Date.now();
  await usage.add([uses('old', 'Query.old', ['shop', 1])], new Date(now - 91 * DAY_MS));
  await usage.add([uses('recent', 'Query.recent', ['shop', 1])], new Date(now - 40 * DAY_MS));
  await usage.add([uses('new', 'Query.new', ['shop', 1])], new Date(now));
  const recorded = await readUsesInRedis(settings);
  assert.deepEqual(shown(recorded, 'Query.old', 90), []);
  assert.deepEqual([shown(recorded, 'Query.recent'), shown(recorded, 'Query.recent', 90)], [[], ['shop RECENT 1']]);
  assert.equal(await tellRedis(port, `exists ${PREFIX}:operation:old`), ':0\r\n');
  const keys = (await tellRedis(port, 'keys *')).split('\r\n').filter((line) => line.startsWith('test:'));
  assert.ok(keys.length >= 7);
  for (const key of keys) assert.match(await tellRedis(port, `ttl ${key}`), /^:7\d{6}\r\n$/, key);
});

test('takes bounded memory, whatever operations and clients come', { skip }, async () => {
  await tellRedis(port, 'flushall');
  const usage = await openUsage(200_000);
  for (let turn = 0; turn < 100; turn += 1) {
    const some = Array.from({ length: 20 }, (_, n) => uses(`k${turn}-${n}`, 'x'.repeat(500), [`client ${turn}`, 1]));
    await usage.add(some);
  }
  const bytes = Number(/(\d+)\r\n$/.exec(await tellRedis(port, `hget ${PREFIX}:bytes all`))?.[1]);
  assert.ok(bytes > 150_000 && bytes <= 220_000, `${bytes}`);
  const kept = Number((await tellRedis(port, `zcard ${PREFIX}:last`)).slice(1));
  const count = Number((await tellRedis(port, 'dbsize')).slice(1));
  assert.ok(kept > 50 && count <= kept + 5, `${count} keys of ${kept} operations`);
  assert.equal(await tellRedis(port, `scard ${PREFIX}:clients`), ':100\r\n');
});

test('writes much in parts, so that Redis is never held up for long', { skip }, async () => {
  await tellRedis(port, 'flushall');
  await tellRedis(port, 'config resetstat');
  const usage = await openUsage();
  const given = Array.from({ length: 900 }, (_, n) => `Input.field${n}`);
  const clients = Array.from({ length: 100 }, (_, n) => [`client ${n}`, 1, given] as [string, number, string[]]);
  await usage.add([uses('a', 'Query.a', ...clients)]);
  const recorded = await readUsesInRedis(settings);
  assert.equal(shown(recorded, 'Input.field899').length, 100);
  const calls = /cmdstat_eval:calls=(\d+)/.exec(await tellRedis(port, 'info commandstats'))?.[1];
  assert.ok(Number(calls) >= 100, `${calls} scripts`);
});

test('an operation that Redis has evicted is written anew, and what can not be read says why', { skip }, async () => {
  await tellRedis(port, 'flushall');
  const usage = await openUsage();
  await usage.add([uses('a', 'Query.a', ['shop', 2])]);
  await tellRedis(port, `unlink ${PREFIX}:operation:a ${PREFIX}:clients ${PREFIX}:since`);
  await usage.add([uses('a', 'Query.a', ['shop', 1])]);
  assert.deepEqual(shown(await readUsesInRedis(settings), 'Query.a'), ['shop A 1']);
  await assert.rejects(readUsesInRedis({ ...settings, url: `redis://127.0.0.1:${await freePort()}` }), /ECONNREFUSED/);
});

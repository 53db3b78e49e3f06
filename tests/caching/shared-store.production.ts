import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Random } from '@lockstep/gateway/operations/testing/random.ts';
import { openRedisStore } from '@lockstep/gateway/subgraphs/caching/redis/open-redis-store.ts';
import { CachedGateways } from '@lockstep/gateway/supergraph/testing/cached-gateways.ts';
import { recordLog } from '@lockstep/runtime/testing/log-recorder.ts';
import { times } from '../harness/full-count.ts';
import { freePort } from '../harness/ports.ts';
import { startRedis, tellRedis, withoutRedis } from '../harness/redis.ts';
import { until } from '../harness/waiting.ts';

const SEED = Number(process.env.PROPERTY_SEED ?? 1);
const GATEWAYS = 3;

/** Gateways of this process that share a Redis, each with a connection of its own. */
async function startGateways(t: TestContext, port: number, invalidateTimeoutMs: number) {
  const settings = {
    url: `redis://127.0.0.1:${port}`,
    fetchTimeoutMs: 20,
    invalidateTimeoutMs,
    namespace: 'test',
    isRequiredToStart: false,
  };
  const { logger } = recordLog();
  const opened: ReturnType<typeof openRedisStore>[] = [];
  const gateways = new CachedGateways(new Random(SEED), GATEWAYS, (world) => {
    const one = openRedisStore(settings, logger, { now: () => world.nowMs, offset: () => 0 });
    opened.push(one);
    return one.store;
  });
  t.after(() => Promise.all(opened.map(({ store }) => store.close())));
  const isInUse = () => opened.every(({ store }) => store.moment() !== undefined);
  await until(isInUse, Boolean);
  return { gateways, isInUse };
}

test('gateways that share a Redis are as right as one: no answer is too old, of another client, or from before a mutation', {
  skip: withoutRedis,
}, async (t) => {
  const port = await freePort();
  await startRedis(t, port);
  const { gateways } = await startGateways(t, port, 1000);
  await gateways.run(times(10_000, 500));
  const { calls, fetches } = gateways;
  assert.ok(calls < fetches * 0.9, `${calls} calls for ${fetches} fetches`);
});

test('no answer is wrong while Redis hangs, loses connections, is emptied, killed and started anew', {
  skip: withoutRedis,
}, async (t) => {
  const random = new Random(SEED + 1);
  const port = await freePort();
  let redis = await startRedis(t, port);
  const { gateways, isInUse } = await startGateways(t, port, 200);
  const faults: readonly (() => Promise<unknown>)[] = [
    async () => {
      redis.signal('SIGSTOP');
      await sleep(random.integer(1, 400));
      redis.signal('SIGCONT');
    },
    () => tellRedis(port, 'FLUSHALL'),
    () => tellRedis(port, 'CLIENT KILL TYPE normal'),
    () => tellRedis(port, 'SCRIPT FLUSH'),
    async () => {
      await redis.stop();
      await sleep(random.integer(0, 200));
      redis = await startRedis(t, port);
    },
  ];
  let isOver = false;
  const load = async () => {
    while (!isOver) await gateways.run(20);
  };
  const disturb = async () => {
    for (let round = 0; round < times(Number(process.env.ROUNDS ?? 40), 2); round++) {
      for (const fault of faults) {
        await fault();
        await sleep(random.integer(0, 300));
        if (random.chance(0.5)) await until(isInUse, (inUse) => inUse || isOver);
        if (isOver) return;
      }
    }
  };
  const [, underLoad] = await Promise.allSettled([
    disturb().finally(() => {
      isOver = true;
    }),
    load().finally(() => {
      isOver = true;
    }),
  ]);
  if (underLoad.status === 'rejected') throw underLoad.reason;
  await until(isInUse, Boolean);
  const { calls, fetches } = gateways;
  assert.ok(calls < fetches, `${calls} calls for ${fetches} fetches`);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Random } from '../operations/testing/random.ts';
import { MemoryStore } from '../subgraphs/caching/memory-store.ts';
import { CachedGateways } from './testing/cached-gateways.ts';

const SEED = Number(process.env.PROPERTY_SEED ?? 1);
const OPERATIONS = process.env.FAULTS === 'full' ? 30_000 : 1500;

test('no answer is older than its lifetime, belongs to another client, or comes from before a mutation that has ended', async () => {
  const gateways = new CachedGateways(new Random(SEED), 1, (world) => new MemoryStore(200_000, () => world.nowMs));
  await gateways.run(OPERATIONS);
  const { calls, fetches } = gateways;
  assert.ok(calls < fetches * 0.8, `${calls} calls for ${fetches} fetches`);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { heapGrowth } from '@lockstep/runtime/testing/heap-growth.ts';
import { NO_DROP } from './drop.ts';
import { MemoryStore } from './memory-store.ts';
import type { NewEntry } from './store.ts';

const MAX_BYTES = 8_000_000;
const OFFERED = process.env.FAULTS === 'full' ? 10_000_000 : 100_000;

/** Moment before all drops. */
const START = { since: 0, epoch: 0 };

function entry(index: number, value: object): NewEntry {
  const traits = {
    subgraph: 'a',
    entityType: 'Book',
    keys: [`id ${index}`],
    innerTypes: index % 2 ? ['User', '=a'] : [],
  };
  const freshness = {
    lifetimeMs: 1e9,
    staleWhileRevalidateMs: 0,
    staleIfErrorMs: 0,
    isPrivate: false,
    cacheControl: `max-age=${index}`,
    ageMs: 0,
  };
  return { ...freshness, value, length: 1, since: 0, traits };
}

for (const [name, toValue] of [
  ['small entities', (index: number) => ({ name: `book ${index}` })],
  [
    'large entities',
    (index: number) => ({ list: Array.from({ length: 100 }, (_, item) => ({ id: `${index} ${item}` })) }),
  ],
] as const) {
  test(`holds no more than its bound, however many keys are offered: ${name}`, async () => {
    const count = name === 'small entities' ? OFFERED : OFFERED / 50;
    const { bytes, result } = await heapGrowth(() => {
      const store = new MemoryStore(MAX_BYTES, () => 0);
      for (let index = 0; index < count; index++) store.set(`key ${index}`, entry(index, toValue(index)), START);
      return store;
    });
    assert.ok(bytes < MAX_BYTES * 1.1, `${bytes} bytes`);
    assert.ok(result.bytes > MAX_BYTES * 0.9 && result.size > 100);
    const [share, ...others] = result.shares;
    const { size, bytes: own } = result;
    assert.deepEqual(share, { subgraph: 'a', type: 'Book', size, bytes: own, evictions: count - size });
    assert.deepEqual(others, []);
    assert.ok(result.find([`key ${count - 1}`])[0]);
  });
}

test('drops entities by key, by type and by subgraph, and answers by the types that they may hold', () => {
  for (const [drop, left] of [
    [{ keys: new Set(['id 1']) }, ['0', '2', '3']],
    [{ keys: new Set(['id 1', 'sku a']), keysOf: 'Book', within: 'a' }, ['0', '2', '3']],
    [{ keys: new Set(['id 1']), keysOf: 'User' }, ['0', '1', '2', '3']],
    [{ wholeTypes: new Set(['Book']), within: 'b' }, ['0', '1', '2', '3']],
    [{ types: new Set(['User']) }, ['0', '2']],
    [{ wholeTypes: new Set(['Book']) }, []],
    [{ wholeTypes: new Set(['User']) }, ['0', '1', '2', '3']],
    [{ subgraphs: new Set(['a']) }, []],
    [{ subgraphs: new Set(['b']) }, ['0', '1', '2', '3']],
  ] as const) {
    const store = new MemoryStore(MAX_BYTES, () => 0);
    const ids = ['0', '1', '2', '3'];
    const stored = () => ids.filter((_, index) => store.find(ids)[index]);
    for (let index = 0; index < 4; index++) store.set(`${index}`, entry(index, {}), START);
    assert.equal(store.drop({ ...NO_DROP, ...drop }).count, 4 - left.length);
    assert.deepEqual(stored(), left);
    for (let index = 0; index < 4; index++) store.set(`${index}`, entry(index, {}), START);
    assert.deepEqual(stored(), left, 'fetched before it was dropped');
    for (let index = 0; index < 4; index++) store.set(`${index}`, entry(index, {}), store.moment());
    assert.equal(store.size, 4);
  }
});

for (const [name, drop] of [
  ['subgraphs that have none', { subgraphs: new Set(['b']), within: 'b' }],
  ['a type of a subgraph that has none', { types: new Set(['User']), wholeTypes: new Set(['Book']), within: 'b' }],
  [
    'entities of a subgraph that has none',
    { types: new Set(['User']), keys: new Set(['id 1']), keysOf: 'User', within: 'b' },
  ],
] as const) {
  test(`a drop does not look at what it can not drop: ${name}`, () => {
    const store = new MemoryStore(MAX_BYTES, () => 0);
    for (let index = 0; index < 10_000; index++) store.set(`${index}`, entry(index, {}), START);
    const { size } = store;
    const startedAt = performance.now();
    for (let sent = 0; sent < 20_000; sent++) store.drop({ ...NO_DROP, ...drop }); // as many as one request may ask for
    const ms = performance.now() - startedAt;
    assert.ok(ms < 2000, `${ms} ms`);
    assert.equal(store.size, size);
  });
}

test('stores nothing of a call that is older than all drops that are remembered', () => {
  const store = new MemoryStore(MAX_BYTES, () => 0);
  for (let drop = 0; drop < 1001; drop++) store.drop(NO_DROP);
  store.set('a', entry(1, {}), START);
  store.set('b', entry(1, {}), { since: 0, epoch: 1 });
  assert.deepEqual(store.find(['a', 'b']), [undefined, entry(1, {})]);
});

test('forgets everything with another bound, and remembers what was dropped', () => {
  const store = new MemoryStore(MAX_BYTES, () => 0);
  store.set('a', entry(1, {}), START);
  store.drop({ ...NO_DROP, keys: new Set(['id 2']) });
  store.resize(MAX_BYTES);
  assert.ok(store.find(['a'])[0]);
  store.resize(MAX_BYTES / 2);
  assert.deepEqual([store.find(['a'])[0], store.size, store.bytes], [undefined, 0, 0]);
  store.set('b', entry(2, {}), START);
  assert.deepEqual(store.find(['b']), [undefined]);
});

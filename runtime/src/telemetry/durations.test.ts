import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Histogram, Registry } from '@prometheus-io/client';
import { BOUNDS, Durations } from './durations.ts';

/** Adds durations here and to the library's histogram, and returns what both tell. */
async function bothOf(label: string | undefined, added: readonly (readonly [value: string, seconds: number])[]) {
  const registers = [new Registry()];
  const labelNames = label === undefined ? [] : [label];
  const library = new Histogram<string>({ name: 'a', help: 'b', labelNames, buckets: [...BOUNDS], registers });
  const own = new Durations('a', 'b', label);
  for (const [value, seconds] of added) {
    own.add(value, seconds);
    library.observe(label === undefined ? {} : { [label]: value }, seconds);
  }
  const text = (figures: object) => Registry.aggregate([[figures]]).metrics();
  return { own: await text(own.figures()), library: await text(await library.get()) };
}

const seconds = [0, 0.0001, ...BOUNDS, ...BOUNDS.map((bound) => bound * 1.01), 11, 1000];

test('counts durations as the metrics library does', async () => {
  for (const label of [undefined, 'subgraph']) {
    const { own, library } = await bothOf(label, [
      ...seconds.map((each) => ['users', each] as const),
      ...seconds.map((each) => ['orders', each / 3] as const),
    ]);
    assert.equal(own, library);
    assert.match(own, /le="0.0025"/);
  }
});

test('has a histogram without a label from the start, and others from their first value on', async () => {
  for (const label of [undefined, 'subgraph']) {
    const { own, library } = await bothOf(label, []);
    assert.equal(own, library);
  }
});

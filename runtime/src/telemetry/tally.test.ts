import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Durations, Tally } from './tally.ts';

test('counts by both labels', () => {
  const tally = new Tally();
  tally.add(200, 'ok');
  tally.add(200, 'ok');
  tally.add(200, 'partial', 3);
  tally.add('none', 'abandoned');
  assert.deepEqual(
    [...tally.all()],
    [
      [200, 'ok', 2],
      [200, 'partial', 3],
      ['none', 'abandoned', 1],
    ],
  );
});

test('hands on each duration once, in batches and on request', () => {
  const taken: [string, number][] = [];
  const durations = new Durations((label, seconds) => taken.push([label, seconds]));
  for (let index = 0; index < 1000; index += 1) durations.add('a', index);
  durations.add('b', 0.5);
  assert.ok(taken.length > 0 && taken.length < 1000, `${taken.length}`);
  durations.handOn();
  durations.handOn();
  assert.deepEqual(taken.at(-1), ['b', 0.5]);
  assert.deepEqual(
    taken.slice(0, -1).map(([, seconds]) => seconds),
    Array.from({ length: 1000 }, (_, index) => index),
  );
});

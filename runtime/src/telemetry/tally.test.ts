import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Tally } from './tally.ts';

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

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { releaseGarbage } from './garbage.ts';

const OBJECTS = 400_000;
const BYTES_EACH = 100;

test('memory that nothing uses any more goes back to the system', async () => {
  let used: object[] | undefined = Array.from({ length: OBJECTS }, (_, index) => ({
    index,
    text: `${index}`.repeat(9),
  }));
  assert.equal(used.length, OBJECTS);
  const before = process.memoryUsage().heapTotal;
  used = undefined;
  await releaseGarbage();
  const released = before - process.memoryUsage().heapTotal;
  assert.ok(released > OBJECTS * BYTES_EACH, `${released} bytes`);
});

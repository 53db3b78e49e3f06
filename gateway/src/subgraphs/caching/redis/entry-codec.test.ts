import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeEntry, encodeEntry } from './entry-codec.ts';

const HEAD_BYTES = 16 + 6 + 2 + 2 * 4;
const MOMENT = { since: 0, epoch: 7, generation: 'a generation of 16'.slice(0, 16) };

function entry(value: object) {
  const times = { lifetimeMs: 60_000, staleWhileRevalidateMs: 1000, staleIfErrorMs: 2000, ageMs: 3000, since: 500 };
  return { ...times, isPrivate: true, cacheControl: 'private, max-age=60', value, length: 20 };
}

for (const [name, value] of [
  ['short', { name: 'Zoë', list: [1, null, { a: true }] }],
  ['long', { text: 'many words '.repeat(1000) }],
] as const) {
  test(`reads a ${name} entry as it was written, by another clock`, () => {
    const written = encodeEntry(entry(value), 10_500, MOMENT, [1, 2]);
    assert.ok(written && written.length < 1000);
    const read = decodeEntry(written.subarray(HEAD_BYTES), (ms) => ms - 10_000);
    assert.deepEqual(read, entry(value));
    for (let length = 0; length < written.length - HEAD_BYTES; length++)
      assert.equal(decodeEntry(written.subarray(HEAD_BYTES, HEAD_BYTES + length), Number), undefined);
  });
}

test('does not write what no subgraph may send', () => {
  assert.equal(encodeEntry(entry({ text: 'x'.repeat(17 * 1024 * 1024) }), 0, MOMENT, []), undefined);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mistakesOf } from './testing/written-file.ts';

const SUBGRAPHS = 'subgraphs: { a: { routing_url: "http://a:1/", schema: { file: a }, timeout: &time 2s } }\n';

/** Returns a file with ten times as many values a level as the level before, in as many lines. */
function bomb(levels: number): string {
  const list = (item: string) => `[${Array.from({ length: 10 }, () => item).join(', ')}]`;
  const lines = Array.from({ length: levels }, (_, level) => `  l${level + 1}: &l${level + 1} ${list(`*l${level}`)}`);
  return `${SUBGRAPHS}bomb:\n  l0: &l0 lol\n${lines.join('\n')}\n`;
}

/** Returns the mistakes of a file, which are found at once. */
function soon(text: string): string[] {
  const startedAt = performance.now();
  const mistakes = mistakesOf(text);
  const elapsedMs = performance.now() - startedAt;
  assert.ok(elapsedMs < 1000, `${elapsedMs} ms`);
  return mistakes;
}

test('rejects aliases of aliases that grow exponentially', () => {
  for (const levels of [6, 9, 30]) {
    assert.deepEqual(soon(bomb(levels)), [
      `${levels + 3}: *l${levels - 1}: with its aliases the file has more than 100000 values; use fewer aliases of aliases`,
    ]);
  }
});

test('rejects an alias inside the value that it stands for', () => {
  assert.deepEqual(soon(`${SUBGRAPHS}a: &a [1, *a]\n`), [
    '2: *a: an alias inside the value that it stands for; write that value out',
  ]);
});

test('rejects more aliases than a file can need', () => {
  const aliases = (count: number) => `${SUBGRAPHS}gateway: { cors: { origins: [${'*time, '.repeat(count)}] } }\n`;
  assert.deepEqual(soon(aliases(1001)), ['2: *time: more than 1000 aliases; write some values out']);
  assert.ok(mistakesOf(aliases(1000)).every((mistake) => !mistake.includes('aliases')));
});

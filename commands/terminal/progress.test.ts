import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { Progress } from './progress.ts';

test('shows a line for each tenth if the output is no terminal', (t) => {
  const { lines } = outputTo(t, false);
  const progress = new Progress('things', 40);
  for (let done = 1; done <= 40; done += 1) progress.step();
  assert.equal(lines.length, 10);
  assert.deepEqual([lines[0], lines.at(-1)], ['things: 4 of 40\n', 'things: 40 of 40\n']);
});

test('shows one line that changes in a terminal', (t) => {
  const { lines } = outputTo(t, true);
  const progress = new Progress('things', 3);
  for (let done = 1; done <= 3; done += 1) progress.step();
  assert.equal(lines.join(''), '\rthings: 1 of 3\rthings: 2 of 3\rthings: 3 of 3\n');
});

test('shows nothing of work that ends soon', (t) => {
  const { lines } = outputTo(t, false);
  new Progress('things', 1, 60_000).step();
  assert.deepEqual(lines, []);
});

function outputTo(t: TestContext, isTTY: boolean): { readonly lines: string[] } {
  const lines: string[] = [];
  const before = process.stdout.isTTY;
  process.stdout.isTTY = isTTY;
  t.after(() => {
    process.stdout.isTTY = before;
  });
  t.mock.method(console, 'log', (line: string) => lines.push(`${line}\n`));
  t.mock.method(process.stdout, 'write', (text: string) => lines.push(text));
  return { lines };
}

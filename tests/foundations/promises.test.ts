import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { readPage } from '../harness/documentation.ts';
import { ROOT } from '../harness/process.ts';
import { testNames } from './test-names.ts';

const FOLDER = join(ROOT, 'tests');
const lines = readPage('tests/README.md').split('\n');

/** Rows of the tables: a promise, and the tests that show it. */
const rows = lines
  .filter((line) => line.startsWith('| ') && !/^\| (---|\w+ \| shown by)/.test(line))
  .map((line) => {
    const [promise = '', tests = ''] = line.slice(2, -2).split(/ (?<!\\)\| /);
    return { promise, tests: tests.split('<br>') };
  });

const TEST = /^\[[^\]]+\]\(([^)]+)\): (.+)$/;

for (const { promise, tests } of rows) {
  test(`tests/README.md: ${promise}: the named tests exist`, () => {
    for (const shown of tests) {
      const [, path = '', name = ''] = TEST.exec(shown) ?? [];
      const file = join(FOLDER, path);
      assert.ok(path !== '' && existsSync(file), `no file: ${shown}`);
      const names = testNames(readFileSync(file, 'utf8'));
      assert.ok(names.includes(name.replaceAll('\\|', '|')), `${path} has no test named: ${name}`);
    }
  });
}

test('tests/README.md has a test for every key of the settings file', () => {
  const reference = readPage('docs/configuration-reference.md');
  const keys = [...reference.matchAll(/^\| `([^`]+)` /gm)].map(([, key = '']) => key);
  const tested = new Set(rows.flatMap(({ promise }) => promise.split('<br>').map((key) => key.replaceAll('`', ''))));
  assert.ok(keys.length > 50, `${keys.length} keys`);
  assert.deepEqual(
    keys.filter((key) => !tested.has(key)),
    [],
  );
});

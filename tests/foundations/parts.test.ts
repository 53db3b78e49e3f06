import assert from 'node:assert/strict';
import { test } from 'node:test';
import { filesWithFullCount } from '../harness/full-count-files.ts';
import { readSources } from '../harness/sources.ts';

test('each file with end-to-end tests runs: by its name, or because a file that runs imports it', () => {
  const sources = readSources('tests');
  const isRun = (path: string) => /\.(test|production|alone|engine|suite|jest)\.ts$/.test(path);
  const parts = sources.filter(({ path, text }) => !isRun(path) && /^\s*(test|describe)\(/m.test(text));
  assert.ok(parts.length > 0);
  for (const { path } of parts) {
    const [folder, name] = [path.slice(0, path.lastIndexOf('/')), path.slice(path.lastIndexOf('/'))];
    const importing = sources.filter((other) => isRun(other.path) && other.path.startsWith(folder));
    assert.ok(
      importing.some(({ imports }) => imports.includes(`.${name}`)),
      `${path} does not run`,
    );
  }
});

test('npm run test:faults runs every file with a full count', () => {
  const found = filesWithFullCount();
  for (const path of [
    'pm2/reload.production.ts',
    'saga/killed.production.ts',
    'calls/overload.alone.ts',
    'faults/recovery.test.ts',
  ])
    assert.ok(found.includes(`tests/${path}`), path);
  const reading = readSources('tests').filter(({ text }) => /process\.env\.FAULTS/.test(text));
  assert.deepEqual(
    reading.map(({ path }) => path),
    ['tests/harness/full-count.ts'], // by whose imports they are found
  );
});

test('no file waits for something between its tests: node:test runs `after` once all tests that it knows have ended', () => {
  const waiting = readSources('tests').filter(({ text }) => /^(test|describe)\(.*^\w[^\n]*\bawait\b/ms.test(text));
  assert.deepEqual(
    waiting.map(({ path }) => path),
    [],
  );
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readSources } from '../harness/sources.ts';

test('each file with end-to-end tests runs: by its name, or because a file that runs imports it', () => {
  const sources = readSources('tests');
  const isRun = (path: string) => /\.(test|alone|engine|suite|jest)\.ts$/.test(path);
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

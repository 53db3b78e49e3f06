import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { endOf, readSince } from './error-log.ts';

function logIn(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'lockstep-'));
  t.after(() => rmSync(folder, { recursive: true }));
  return join(folder, 'users-error.log');
}

test('reads what a log got since a moment', (t) => {
  const log = logIn(t);
  const beginning = endOf(log);
  writeFileSync(log, 'größer\n');
  const middle = endOf(log);
  appendFileSync(log, 'new\n');
  assert.deepEqual([readSince(log, beginning), readSince(log, middle)], ['größer\nnew\n', 'new\n']);
});

test('reads all of a log that was rotated or emptied since', (t) => {
  const log = logIn(t);
  writeFileSync(log, 'old\n');
  const position = endOf(log);
  renameSync(log, `${log}.1`);
  assert.equal(readSince(log, position), '');
  writeFileSync(log, 'the error of today\n');
  assert.equal(readSince(log, position), 'the error of today\n');
  const later = endOf(log);
  writeFileSync(log, 'new\n');
  assert.equal(readSince(log, later), 'new\n');
});

import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { addWorkspace, isWorkspace, removeWorkspace } from './lock-file.ts';

const LOCK = `${JSON.stringify({ lockfileVersion: 3, packages: { '': { name: 'lockstep' } } }, null, 2)}\n`;

/** A project with a lock file, and a folder of the subgraph reviews. */
function project(t: TestContext): { root: string; lock: () => string } {
  const root = mkdtempSync(join(tmpdir(), 'lockstep-'));
  t.after(() => rmSync(root, { recursive: true }));
  mkdirSync(join(root, 'subgraphs', 'reviews'), { recursive: true });
  writeFileSync(join(root, 'subgraphs', 'reviews', 'package.json'), '{ "name": "@lockstep/reviews" }');
  writeFileSync(join(root, 'package-lock.json'), LOCK);
  return { root, lock: () => readFileSync(join(root, 'package-lock.json'), 'utf8') };
}

test('makes the folder a workspace, which its code is imported from, and undoes that', async (t) => {
  const { root, lock } = project(t);
  mkdirSync(join(root, 'node_modules', '@lockstep'), { recursive: true });
  await addWorkspace(root, 'reviews');
  await addWorkspace(root, 'reviews');
  assert.equal(isWorkspace(root, 'reviews'), true);
  assert.match(readFileSync(join(root, 'node_modules/@lockstep/reviews/package.json'), 'utf8'), /reviews/);
  await removeWorkspace(root, 'reviews');
  assert.equal(lock(), LOCK);
});

test('changes nothing if there can be no link', async (t) => {
  const { root, lock } = project(t);
  await assert.rejects(addWorkspace(root, 'reviews'), { code: 'ENOENT' });
  assert.equal(lock(), LOCK);
});

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { validate } from 'dockerfile-utils';
import { ROOT } from '../harness/process.ts';

const text = readFileSync(join(ROOT, 'deploy', 'Containerfile'), 'utf8');

test('deploy/Containerfile has no mistake that an editor would mark', () => {
  assert.deepEqual(validate(text), []);
});

test('the image runs on the version of Node that the project pins', () => {
  const [, version] = /^ARG NODE_IMAGE=\S+\/node:([\d.]+)-/m.exec(text) ?? [];
  assert.equal(`v${version}`, process.version);
});

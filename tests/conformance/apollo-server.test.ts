import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PATH, run } from '../harness/pm2.ts';

test("passes Apollo Server's integration suite, in a jest of its own", async () => {
  const { code, stdout, stderr } = await run('npm', ['run', 'test:conformance'], { PATH });
  assert.equal(code, 0, stdout + stderr);
});

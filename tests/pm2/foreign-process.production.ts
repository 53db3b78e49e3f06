import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { createProject } from '../harness/pm2.ts';

test("leaves another project's process of the same name alone, and says so", async () => {
  const project = await createProject({ after });
  const script = join(project.folder, 'foreign.js');
  await writeFile(script, 'setInterval(() => {}, 60_000);');
  await project.pm2(['start', script, '--name', 'users', '--cwd', project.folder]);
  // The version of Node is left out, because pm2 learns it a moment after the start.
  const list = async () => (await project.list()).map(({ name, pid, status }) => ({ name, pid, status }));
  const before = await list();
  assert.equal(before.length, 1);

  for (const command of ['start', 'stop', 'restart', 'reload', 'delete', 'logs']) {
    const { code, stderr } = await project.npm('run', '--silent', command);
    assert.equal(code, 1, command);
    const lines = stderr
      .trim()
      .split('\n')
      .filter((line) => !line.startsWith('npm '));
    assert.equal(lines.length, 1, stderr);
    assert.match(lines[0] ?? '', /^pm2 already has a process "users" from .*lockstep-pm2-.*PM2_HOME/);
  }
  assert.deepEqual(await list(), before);
});

import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { olderNode as older } from '../harness/older-node.ts';
import { createSmallProject, type SmallProject } from '../harness/small-project.ts';
import { until } from '../harness/waiting.ts';

const options = { skip: older ? false : 'no Node older than 24 is on PATH: what a pm2 on one does could not be tried' };

test("an older Node's pm2 prints one line of advice when it starts ecosystem.config.js", options, async () => {
  const project = await createSmallProject({ after });
  const { code, stderr } = await project.pm2(['start', 'ecosystem.config.js'], older);
  assert.equal(code, 1);
  assert.match(stderr, /^This pm2 runs on Node \S+, the gateway needs 24: use .*npm start.*\n$/);
  assert.deepEqual(await project.list(), []);

  // the advice works, although that pm2 has left a daemon behind
  await assertStarts(project);
});

test('npm start prints one line of advice if a pm2 on an older Node runs something', options, async () => {
  const project = await createSmallProject({ after });
  const script = join(project.folder, 'neighbour.js');
  await writeFile(script, 'setInterval(() => {}, 60_000);');
  await project.pm2(['start', script, '--name', 'neighbour'], older);
  // pm2 learns the version a moment after the start
  const before = await until(
    () => project.list(),
    (list) => list.every(({ node }) => node !== undefined),
  );

  const { code, stderr } = await project.npm('run', '--silent', 'start');

  assert.equal(code, 1);
  assert.match(stderr, /^The pm2 that runs already runs on Node \S+, .*set PM2_HOME .*npx pm2 update\n$/m);
  assert.deepEqual(await project.list(), before);

  // the advice works
  await project.npm('exec', 'pm2', 'update');
  await assertStarts(project);
});

async function assertStarts(project: SmallProject): Promise<void> {
  const { code, stderr } = await project.npm('start');
  assert.equal(code, 0, stderr);
  assert.equal((await project.environmentOf('users'))?.NODE_ENV, 'development');
  const gateway = (await project.list()).find(({ name }) => name === 'gateway');
  assert.equal(`v${gateway?.node}`, process.version);
}

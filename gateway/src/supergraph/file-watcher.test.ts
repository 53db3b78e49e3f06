import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '@lockstep/runtime/testing/temporary-folder.ts';
import { FileWatcher } from './file-watcher.ts';

test('a change is told; once it is stopped nothing is, though it is told to watch after that', async (t) => {
  const file = join(await temporaryFolder(t), 'a.yaml');
  const { promise: told, resolve } = Promise.withResolvers<void>();
  const stopped = new FileWatcher(() => assert.fail('it watches'));
  stopped.stop();
  stopped.watch([file]);
  stopped.settle();
  const watcher = new FileWatcher(resolve);
  t.after(() => watcher.stop());
  watcher.watch([file, `${file}.missing`]);
  watcher.settle();
  writeFileSync(file, 'x');
  assert.ok(!watcher.haveSettled([file]));
  await told;
  assert.ok(watcher.haveSettled([file, `${file}.missing`]));
  writeFileSync(file, 'another');
  assert.ok(!watcher.haveSettled([file]));
});

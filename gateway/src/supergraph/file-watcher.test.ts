import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '@lockstep/runtime/testing/temporary-folder.ts';
import { FileWatcher } from './file-watcher.ts';

test('a change is told; once it is stopped nothing is, though it is told to watch after that', async (t) => {
  const file = join(await temporaryFolder(t), 'a.yaml');
  const other = join(await temporaryFolder(t), 'b.yaml');
  const { promise: told, resolve } = Promise.withResolvers<void>();
  const stopped = new FileWatcher(() => assert.fail('it watches'));
  stopped.stop();
  stopped.watch([file]);
  const watcher = new FileWatcher(resolve);
  t.after(() => watcher.stop());
  watcher.watch([file, other]);
  const writing = setInterval(() => writeFileSync(file, 'x'), 100);
  t.after(() => clearInterval(writing));
  await told;
});

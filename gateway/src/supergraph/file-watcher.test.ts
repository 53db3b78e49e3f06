import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '@lockstep/runtime/testing/temporary-folder.ts';
import { FileWatcher } from './file-watcher.ts';

const ignore = () => {};

test('a change is told; once it is stopped nothing is, though it is told to watch after that', async (t) => {
  const file = join(await temporaryFolder(t), 'a.yaml');
  const { promise: told, resolve } = Promise.withResolvers<void>();
  const stopped = new FileWatcher(() => assert.fail('it watches'), ignore);
  stopped.stop();
  stopped.watch([file]);
  stopped.settle();
  const watcher = new FileWatcher(resolve, ignore);
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

test('files that never settle are named once after ten seconds, and again only after they have settled', async (t) => {
  const folder = await temporaryFolder(t);
  const [restless, still] = [join(folder, 'a.yaml'), join(folder, 'b.yaml')];
  for (const file of [restless, still]) writeFileSync(file, '');
  const calls: string[] = [];
  const watcher = new FileWatcher(
    () => calls.push('changed'),
    (files) => calls.push(...files),
  );
  t.mock.timers.enable({ apis: ['setTimeout'] });
  t.after(() => watcher.stop());
  watcher.watch([restless, still]);
  const change = (times: number) => {
    for (let time = 0; time < times; time += 1) {
      writeFileSync(restless, 'x', { flag: 'a' });
      watcher.settle();
      t.mock.timers.tick(500);
    }
  };
  change(19);
  assert.deepEqual(calls, []);
  change(20);
  assert.deepEqual(calls, [restless]);
  t.mock.timers.tick(1000);
  assert.deepEqual(calls, [restless, 'changed']);
  change(21);
  assert.deepEqual(calls, [restless, 'changed', restless]);
});

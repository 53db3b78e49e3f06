import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { test } from 'node:test';
import { failpoint, readFailpoint } from './failpoint.ts';

const FIXTURE = join(import.meta.dirname, 'fixtures', 'failpoint-process.ts');

test('a process is killed at its failpoint, and at no other', async () => {
  const child = fork(FIXTURE, ['second']);
  const reached: unknown[] = [];
  child.on('message', (message) => void reached.push(message));
  assert.deepEqual(await once(child, 'exit'), [null, 'SIGKILL']);
  assert.deepEqual(reached, ['first']);
});

test('without a failpoint a process goes on', async () => {
  assert.deepEqual(await once(fork(FIXTURE), 'exit'), [0, null]);
});

for (const NODE_ENV of ['production', 'development']) {
  test(`a failpoint stops the start in ${NODE_ENV} mode`, () => {
    assert.throws(() => readFailpoint({ NODE_ENV, FAILPOINT: 'first' }), {
      name: 'ConfigurationError',
      message: /FAILPOINT=first: kills the process, and is for NODE_ENV=test alone; unset it$/,
    });
    assert.equal(readFailpoint({ NODE_ENV }), undefined);
  });
}

test('a failpoint that there is none of is refused', () => {
  const { error } = failpoint(['first', 'second']).safeParse('third');
  assert.equal(error?.issues[0]?.message, 'give one of first, second');
});

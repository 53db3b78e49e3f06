import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { test } from 'node:test';
import { failpointVariable } from './failpoint.ts';

const FIXTURE = join(import.meta.dirname, 'fixtures', 'failpoint-process.ts');

test('a process is killed at its failpoint and at no other', async () => {
  const child = fork(FIXTURE, ['second']);
  const reached: unknown[] = [];
  child.on('message', (message) => void reached.push(message));
  assert.deepEqual(await once(child, 'exit'), [null, 'SIGKILL']);
  assert.deepEqual(reached, ['first']);
});

test('a process without a failpoint goes on', async () => {
  assert.deepEqual(await once(fork(FIXTURE), 'exit'), [0, null]);
});

for (const mode of ['production', 'development', undefined]) {
  test(`a failpoint is refused if NODE_ENV is ${mode}`, () => {
    const variable = failpointVariable(['first'], mode);
    assert.equal(
      variable.safeParse('first').error?.issues[0]?.message,
      'kills the process, and is for NODE_ENV=test alone; unset it',
    );
    assert.equal(variable.parse(undefined), undefined);
  });
}

test('an unknown failpoint is refused', () => {
  const { error } = failpointVariable(['first', 'second'], 'test').safeParse('third');
  assert.equal(error?.issues[0]?.message, 'give one of first, second');
});

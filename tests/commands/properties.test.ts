import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PATH, run } from '../harness/pm2.ts';

test('npm run test:properties compares as many random cases of each kind as it is told to', async () => {
  const args = [
    'run',
    '--silent',
    'test:properties',
    '--',
    ...['--kind', 'general', '--kind', 'mutations', '--kind', 'execution', '--count', '5', '--seed', '1'],
  ];
  const { code, stdout, stderr } = await run('npm', args, { PATH });
  assert.deepEqual([code, stderr], [0, '']);
  assert.match(stdout, /^general: \d answers as expected, from seed 1, in /m);
  assert.match(stdout, /^mutations: \d answers as expected, from seed 1, in /m);
  assert.match(stdout, /^execution: 5 answers equal those of graphql-js, in /m);
});

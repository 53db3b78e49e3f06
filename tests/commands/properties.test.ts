import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PATH, run } from '../harness/pm2.ts';

test('npm run test:properties compares as many random cases as it is told to', async () => {
  const args = ['run', '--silent', 'test:properties', '--', '--cases', '5', '--seed', '1'];
  const { code, stdout, stderr } = await run('npm', args, { PATH });
  assert.deepEqual([code, stderr], [0, '']);
  assert.match(stdout, /^\d+ federated answers equal the monolith's, from seed 1, in /m);
  assert.match(stdout, /^5 answers of subgraphs' compiled operations equal those of graphql-js$/m);
});

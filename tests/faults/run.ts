import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { filesWithFullCount } from '../harness/full-count-files.ts';
import { ROOT } from '../harness/process.ts';

// `npm run test:faults`: runs the tests of faults and attacks at their full counts; `npm test` and `npm run test:production`
// run fewer.

const options = ['--env-file=tests/test.env', '--test', '--test-concurrency=1'];
const child = spawn(process.execPath, [...options, ...filesWithFullCount()], {
  cwd: ROOT,
  stdio: 'inherit',
  env: { ...process.env, FAULTS: 'full' },
});
const [code] = await once(child, 'exit');
process.exitCode = code ?? 1;

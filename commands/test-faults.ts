import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { ROOT } from './processes/apps.ts';

// `npm run test:faults`: runs the tests of faults and attacks at their full counts; `npm test` runs fewer.

const TESTS = [
  'tests/durability/*.test.ts',
  'tests/saga/*.test.ts',
  'tests/calls/*.test.ts',
  'tests/calls/*.alone.ts',
  'tests/faults/*.test.ts',
  'tests/following/*.test.ts',
  'tests/following/*.alone.ts',
  'tests/settings/reload.test.ts',
  'tests/identity/switching.test.ts',
  'tests/pm2/reload.test.ts',
  'tests/pm2/status.test.ts',
  'tests/next-subgraph/*.test.ts',
  'tests/pm2/replacing.alone.ts',
  'tests/attack/*.test.ts',
  'tests/search/*.test.ts',
  'tests/unit/properties.suite.ts',
];

const child = spawn(process.execPath, ['--test', '--test-concurrency=1', ...TESTS], {
  cwd: ROOT,
  stdio: 'inherit',
  env: { ...process.env, FAULTS: 'full' },
});
const [code] = await once(child, 'exit');
process.exitCode = code ?? 1;

import assert from 'node:assert/strict';
import { globSync } from 'node:fs';
import { test } from 'node:test';
import { run } from '../harness/pm2.ts';
import { withoutPostgres } from '../harness/postgres.ts';
import { ROOT } from '../harness/process.ts';
import { EXCEPTIONS, filesOn } from './files.ts';

const COMMAND = ['--env-file=tests/test.env', 'tests/engines/run.ts'];
const FILE = 'tests/engines/every-instance.production.ts';

test('npm run test:engines runs a file with two instances of everything on PostgreSQL', {
  skip: withoutPostgres,
}, async () => {
  const { code, stdout } = await run(process.execPath, [...COMMAND, '--only', 'schema-2', FILE], {
    PATH: process.env.PATH ?? '',
  });
  assert.equal(code, 0, stdout);
  assert.match(stdout, /a graph of several instances uses every one of them/);
  assert.match(stdout, /'schema-2' +│ 1 +│ 1 +│ 0 +│ 0 +│/);
});

test('each end-to-end test of a graph runs on every engine, and those that are left out with two instances exist', () => {
  const files = globSync('tests/*/*.{test,production}.ts', { cwd: ROOT });
  assert.deepEqual(
    EXCEPTIONS.filter((file) => !files.includes(file)),
    [],
  );
  assert.ok(filesOn('postgres', 1).includes('tests/operations/operations.test.ts'));
  assert.ok(filesOn('sqlite', 2).length > 20);
});

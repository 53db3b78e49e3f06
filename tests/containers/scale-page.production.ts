import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { codeBlock, readPage } from '../harness/documentation.ts';
import { program, runSql, startPostgres, withoutPostgres } from '../harness/postgres.ts';
import { ROOT } from '../harness/process.ts';
import { SUBGRAPH_NAMES } from '../harness/subgraphs.ts';
import { withoutHelm } from './chart.ts';

const PAGE = 'docs/scale.md';

test('docs/scale.md has ten steps, each with one command', () => {
  const steps = readPage(PAGE)
    .split(/^## /m)
    .filter((part) => /^\d/.test(part));
  assert.deepEqual(
    steps.map((step) => step.split('.')[0]),
    Array.from({ length: 10 }, (_, index) => String(index + 1)),
  );
  for (const step of steps) assert.equal(step.match(/^```sh$/gm)?.length, 1, step);
});

test('docs/scale.md: its command creates a role and a schema for each subgraph', {
  skip: withoutPostgres,
}, async (t) => {
  const { url } = await startPostgres(t);
  const [folder = ''] = program('psql').split(/\/psql$/);
  const env = { PATH: `${folder}:${process.env.PATH}`, ADMIN_URL: url, PASSWORD: 'a password' };
  execFileSync('sh', ['-ec', codeBlock(PAGE, 'roles')], { cwd: ROOT, env, stdio: 'pipe' });
  const schemas = runSql(url, 'select nspname from pg_namespace join pg_roles on rolname = nspname').trim().split('\n');
  assert.deepEqual(schemas.toSorted(), [...SUBGRAPH_NAMES].toSorted());
});

for (const [page, name] of [
  [PAGE, 'chart'],
  ['docs/operations.md', 'chart'],
] as const) {
  test(`${page}: the chart takes the values of its command`, { skip: withoutHelm }, () => {
    const command = codeBlock(page, name).replace(/^helm install/m, 'helm template');
    assert.match(command, /helm template/);
    execFileSync('sh', ['-ec', command], { cwd: ROOT, stdio: 'pipe' });
  });
}

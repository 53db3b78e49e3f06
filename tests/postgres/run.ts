import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { startPostgres } from '../harness/postgres.ts';
import { ROOT } from '../harness/process.ts';

// `npm run test:postgres`: starts a PostgreSQL server, and runs the tests of everything that uses a database on it: the unit tests
// each in a schema of its own, the end-to-end tests in both layouts.

const UNIT = ['subgraph-kit/src/**/*.test.ts', 'subgraphs/*/src/**/*.test.ts'];
const END_TO_END = [
  'tests/saga/*.production.ts',
  'tests/faults/*.test.ts',
  'tests/operations/*.test.ts',
  'tests/durability/killed.production.ts',
  'tests/durability/lost-reply.production.ts',
  'tests/durability/mutation-outcomes.production.ts',
  'tests/durability/one-key.production.ts',
  'tests/commands/orders.test.ts',
];

const ends: (() => unknown)[] = [];
const { url } = await startPostgres({ after: (end) => void ends.push(end) });
try {
  const passed = [
    await runTests('unit tests', UNIT, {}),
    await runTests('a database per subgraph', END_TO_END, { TEST_DATABASE_LAYOUT: 'database' }),
    await runTests('a schema per subgraph', END_TO_END, { TEST_DATABASE_LAYOUT: 'schema' }),
    await runTests('several instances', ['tests/postgres/*.production.ts'], {}),
  ];
  process.exitCode = passed.every(Boolean) ? 0 : 1;
} finally {
  for (const end of ends) await end();
}

async function runTests(what: string, files: readonly string[], env: Record<string, string>): Promise<boolean> {
  console.log(`\nOn PostgreSQL: ${what}`);
  const options = ['--env-file=tests/test.env', '--test', '--test-concurrency=2'];
  const child = spawn(process.execPath, [...options, ...files], {
    cwd: ROOT,
    stdio: 'inherit',
    env: { ...process.env, TEST_POSTGRES_URL: url, ...env },
  });
  const [code] = await once(child, 'exit');
  return code === 0;
}

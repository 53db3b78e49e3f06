import { globSync } from 'node:fs';
import { finished } from 'node:stream/promises';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { parseArgs } from 'node:util';
import { times } from '../harness/full-count.ts';
import { startPostgres } from '../harness/postgres.ts';
import { ROOT } from '../harness/process.ts';
import { filesOn } from './files.ts';

// `npm run test:engines`: runs the end-to-end tests that use databases on each engine, with one and with two instances of every
// process, and the unit tests of everything that uses a database on PostgreSQL. CI runs them on SQLite with one instance.

/** One way in which the tests are run. */
interface Combination {
  readonly name: string;
  readonly files: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** Outcome of a combination. */
interface Outcome {
  readonly name: string;
  readonly files: number;
  readonly tests: number;
  readonly failed: number;
  readonly skipped: number;
  readonly seconds: number;
}

/** Few, because a graph of two instances is eight processes. */
const AT_A_TIME = 2;
/** Time limit of one file. */
const FILE_TIMEOUT_MS = times(3_600_000, 600_000);

const { values, positionals } = parseArgs({
  options: { only: { type: 'string', multiple: true } },
  allowPositionals: true,
});

const ends: (() => unknown)[] = [];
const { url } = await startPostgres(
  { after: (end) => void ends.push(end) },
  { settings: ['max_connections=500'] }, // of many graphs at a time
);
try {
  const chosen = choose(combinations(url));
  const outcomes: Outcome[] = [];
  for (const combination of chosen) outcomes.push(await runTests(combination));
  console.table(outcomes.map(({ name, ...figures }) => ({ combination: name, ...figures })));
  process.exitCode = outcomes.every(({ failed, tests }) => failed === 0 && tests > 0) ? 0 : 1;
} finally {
  for (const end of ends) await end();
}

function combinations(server: string): readonly Combination[] {
  const onPostgres = (['database', 'schema'] as const).flatMap((layout) =>
    [1, 2].map((instances) => ({
      name: `${layout}-${instances}`,
      files: filesOn('postgres', instances),
      env: { TEST_POSTGRES_URL: server, TEST_DATABASE_LAYOUT: layout, TEST_INSTANCES: String(instances) },
    })),
  );
  const unit = globSync(['subgraph-kit/src/**/*.test.ts', 'subgraphs/*/src/**/*.test.ts'], { cwd: ROOT });
  return [
    { name: 'unit', files: unit, env: { TEST_POSTGRES_URL: server } },
    { name: 'sqlite-2', files: filesOn('sqlite', 2), env: { TEST_INSTANCES: '2' } },
    ...onPostgres,
  ];
}

/** Returns the combinations that the command line chooses, with the files that it names. */
function choose(all: readonly Combination[]): readonly Combination[] {
  const names = all.map(({ name }) => name);
  for (const name of values.only ?? [])
    if (!names.includes(name)) throw new Error(`--only ${name}: give one of ${names.join(', ')}`);
  const named = new Set(globSync(positionals, { cwd: ROOT }));
  return all
    .filter(({ name }) => !values.only || values.only.includes(name))
    .map((one) => ({ ...one, files: one.files.filter((file) => positionals.length === 0 || named.has(file)) }));
}

async function runTests({ name, files, env }: Combination): Promise<Outcome> {
  console.log(`\n${name}: ${files.length} files`);
  const startedAt = performance.now();
  const { NODE_TEST_CONTEXT: _, ...usual } = process.env; // else a test of this command would run none
  const events = run({
    files: [...files],
    cwd: ROOT,
    concurrency: AT_A_TIME,
    timeout: FILE_TIMEOUT_MS,
    env: { ...usual, ...env },
  });
  let counts = { tests: 0, passed: 0, skipped: 0 };
  events.on('test:summary', ({ file, counts: all }) => {
    if (file === undefined) counts = all;
  });
  const report = events.compose(new spec());
  report.pipe(process.stdout, { end: false });
  await finished(report);
  const { tests, passed, skipped } = counts;
  const seconds = Math.round((performance.now() - startedAt) / 1000);
  return { name, files: files.length, tests, failed: tests - passed - skipped, skipped, seconds };
}

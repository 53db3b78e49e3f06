import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ROOT } from '../harness/process.ts';

/** Files of tests that bring their own databases: the engine is what they are about. */
const OWN_DATABASES: readonly string[] = [
  'tests/postgres/*.production.ts',
  'tests/moving/*.production.ts',
  'tests/engines/engines.production.ts',
];

/** Files of tests that only apply to database files, with the reason. */
const ON_SQLITE: Readonly<Record<string, string>> = {
  'tests/diagnosis/four-faults.production.ts': 'asks SQLite how it runs a statement, as the guide does',
  'tests/durability/backup.production.ts': 'copies files; tests/postgres/backup.production.ts is its counterpart',
  'tests/durability/full-disk.production.ts': 'fills the disk of a file',
  'tests/foundations/stock-gateway.test.ts': 'lists the packages that a subgraph loads for a file',
};

/** Files of tests that can't have two instances of everything, with the reason. A test of two is named if there is one. */
const ONE_INSTANCE: Readonly<Record<string, string>> = {
  'tests/attack/bounded-work.production.ts': 'measures the time and memory of one process',
  'tests/attack/limits.production.ts': 'measures one process',
  'tests/calls/circuit-breaker.test.ts':
    'counts until the breaker of one gateway opens; instance-pool.test.ts is of two',
  'tests/calls/retry.test.ts':
    'counts attempts within the budget of one gateway; tests/calls/instances.production.ts is of two',
  'tests/calls/sharing.test.ts': 'counts calls that requests share within one gateway',
  'tests/clients/graphiql.test.ts': 'looks at the pages of one gateway',
  'tests/commands/check-schema.test.ts':
    'reads what one gateway has recorded; tests/caching/shared-usage.production.ts is of two',
  'tests/diagnosis/four-faults.production.ts': 'reads the log, plan and metrics of one gateway, as the guide says',
  'tests/durability/backup.production.ts': 'stops each subgraph and starts it once',
  'tests/durability/full-disk.production.ts': 'has no gateway, and one orders',
  'tests/durability/killed.production.ts': 'has no gateway, and one orders; tests/saga/killed.production.ts is of two',
  'tests/durability/lost-reply.production.ts':
    'has no gateway, and one orders; tests/durability/mutation-outcomes.production.ts is of two',
  'tests/faults/recovery.test.ts': 'starts and ends each process once; tests/calls/instances.production.ts is of two',
  'tests/telemetry/dashboards.production.ts': 'has the metrics of one process of each kind scraped',
  'tests/telemetry/documented-metrics.test.ts': 'reads the metrics of one process',
  'tests/telemetry/logging.test.ts': 'counts the log lines of one gateway',
  'tests/telemetry/metrics.test.ts': 'counts in one gateway',
  'tests/telemetry/request-ids.test.ts': 'counts the log lines of one gateway',
  'tests/telemetry/subgraphs.test.ts': 'counts in one process of each subgraph',
  'tests/telemetry/telemetry.test.ts': 'lists the connections of one process',
  'tests/telemetry/tracing.test.ts': 'counts spans of one gateway',
};

/** Files that some combinations leave out. */
export const EXCEPTIONS: readonly string[] = [...Object.keys(ON_SQLITE), ...Object.keys(ONE_INSTANCE)];

/** Returns the files of the end-to-end tests that run a graph on the databases that the environment chooses. */
export function filesOn(engine: 'sqlite' | 'postgres', instances: number): readonly string[] {
  const left = new Set(globSync([...OWN_DATABASES], { cwd: ROOT }));
  for (const file of Object.keys(engine === 'postgres' ? ON_SQLITE : {})) left.add(file);
  for (const file of Object.keys(instances > 1 ? ONE_INSTANCE : {})) left.add(file);
  return globSync('tests/*/*.{test,production}.ts', { cwd: ROOT })
    .filter((file) => !left.has(file) && startsDatabases(file))
    .toSorted();
}

/** Tells if a file, or one that it imports from the tests' folders, starts a graph or creates the databases for one. */
function startsDatabases(file: string): boolean {
  if (!existsSync(join(ROOT, file))) return false; // it stands in a text
  const text = readFileSync(join(ROOT, file), 'utf8');
  if (/\b(startGraph|createDatabases)\(/.test(text)) return true;
  const imports = [...text.matchAll(/(?:from|import) '(\.[^']+\.ts)'/g)].map(([, path = '']) =>
    join(dirname(file), path),
  );
  return imports.some((path) => /^tests\/(?!harness\/)/.test(path) && startsDatabases(path));
}

import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { program, runSql } from './postgres.ts';
import { ROOT } from './process.ts';

/** Layout of the databases that a graph of the tests runs on; a schema or a database on the server of {@link SERVER}. */
export type Layout = 'sqlite' | 'database' | 'schema';

/** URL of the superuser of the PostgreSQL server that `npm run test:engines` has started. */
const SERVER = process.env.TEST_POSTGRES_URL ?? '';

/** Layout that the tests run on if they don't name one. */
const LAYOUT: Layout = SERVER === '' ? 'sqlite' : process.env.TEST_DATABASE_LAYOUT === 'schema' ? 'schema' : 'database';

const PASSWORD = 'a password of the tests';

/** Creates empty databases, as an operator does. @returns the location of each subgraph's by its name */
export function createDatabases(
  names: readonly string[],
  folder: string,
  layout: Layout = LAYOUT,
  server = SERVER,
): ReadonlyMap<string, string> {
  if (layout === 'sqlite') return new Map(names.map((name) => [name, join(folder, `${name}.sqlite`)]));
  const suffix = randomBytes(6).toString('hex'); // roles belong to the whole server
  const shared = `graph_${suffix}`;
  if (layout === 'schema') runSql(server, `create database ${shared}`);
  return new Map(
    names.map((name) => {
      const role = `${name.replaceAll('-', '_')}_${suffix}`;
      createAs(layout, layout === 'schema' ? urlOf(server, shared) : server, role);
      return [name, urlOf(server, layout === 'schema' ? shared : role, role)];
    }),
  );
}

function createAs(layout: 'database' | 'schema', server: string, role: string): void {
  const script = join(ROOT, 'deploy', 'postgres', `${layout}-of-subgraph.sql`);
  const variables = ['--set', `name=${role}`, '--set', `password=${PASSWORD}`];
  execFileSync(program('psql'), [server, '--no-psqlrc', '--quiet', ...variables, '--file', script], { stdio: 'pipe' });
}

function urlOf(server: string, database: string, role?: string): string {
  const url = new URL(server);
  url.pathname = `/${database}`;
  if (role) [url.username, url.password] = [role, PASSWORD];
  return url.href;
}

import { join } from 'node:path';
import { MOVE_TABLE } from '@lockstep/subgraph-kit/database/moved.ts';
import { sql } from 'kysely';
import { withDatabase } from '../moving/database.ts';
import { hasSessions } from '../moving/in-use.ts';
import { removeMark, writeMark } from '../moving/marks.ts';
import { CommandError } from '../terminal/command.ts';
import { type Backup, fingerprint } from './backup-folder.ts';
import { startProgram } from './postgres-programs.ts';

/** Database on a server to replace. */
export interface ServerRestoration extends Backup {
  readonly url: string;
}

/** Drops what the schema has, but for the mark. */
const EMPTY_SCHEMA = `
do $$ declare found record; begin
  for found in select oid::regclass as name, relkind from pg_class
    where relnamespace = current_schema()::regnamespace and relkind in ('r', 'p', 'v', 'm') and relname <> '${MOVE_TABLE}'
      and not exists (select from pg_depend where objid = pg_class.oid and deptype = 'e')
  loop
    execute format('drop %s if exists %s cascade',
      case found.relkind when 'v' then 'view' when 'm' then 'materialized view' else 'table' end, found.name);
  end loop;
  for found in select oid::regprocedure as name from pg_proc where pronamespace = current_schema()::regnamespace
      and not exists (select from pg_depend where objid = pg_proc.oid and deptype = 'e')
  loop
    execute format('drop routine %s cascade', found.name);
  end loop;
end $$;
`;

/** @throws {CommandError} if a process uses a database, or a dump is damaged */
export async function checkServers(restorations: readonly ServerRestoration[], folder: string): Promise<void> {
  for (const { name, url, file, sizeBytes, sha256 } of restorations) {
    await requireUnused(name, url);
    const found = await fingerprint(join(folder, file));
    if (found.sizeBytes === sizeBytes && found.sha256 === sha256) continue;
    throw new CommandError(
      `${join(folder, file)}: damaged since the backup, so nothing was restored; use another backup`,
    );
  }
}

/** Keeps subgraphs from serving the databases until {@link unmarkServers}. */
export async function markServers(restorations: readonly ServerRestoration[], folder: string): Promise<void> {
  for (const { name: subgraph, url } of restorations) {
    await withDatabase(url, ({ db }) =>
      db
        .transaction()
        .execute((transaction) => writeMark(transaction, { subgraph, state: 'restoring', other: folder, run: '' })),
    );
  }
}

export async function unmarkServers(restorations: readonly ServerRestoration[]): Promise<void> {
  for (const { url } of restorations) await withDatabase(url, ({ db }) => removeMark(db));
}

/** Replaces the tables of the database, in one transaction. @throws {CommandError} if that fails; then they are the old ones */
export async function restoreServer({ name, url, file }: ServerRestoration, folder: string): Promise<void> {
  await requireUnused(name, url);
  const psql = startProgram(
    'psql',
    ['--no-psqlrc', '--quiet', '--set=ON_ERROR_STOP=1', '--no-password', '--file=-'],
    url,
  );
  psql.output.resume();
  const args = ['--no-owner', '--no-acl', `--schema=${await schemaOf(url)}`, '--file=-', join(folder, file)];
  const script = startProgram('pg_restore', args);
  psql.input.write(`begin;\n${EMPTY_SCHEMA}`);
  script.output.pipe(psql.input, { end: false });
  // Without the commit, all that the script has done is rolled back.
  const complete = script.success.then(
    () => psql.input.end('\ncommit;\n'),
    (error: unknown) => {
      psql.input.end();
      throw error;
    },
  );
  const [ended, completed] = await Promise.allSettled([psql.success, complete]);
  for (const outcome of [ended, completed]) {
    if (outcome.status === 'rejected') throw new CommandError(`${name}: not restored (${outcome.reason.message})`);
  }
  console.log(`${name}: restored`);
}

function schemaOf(url: string): Promise<string> {
  return withDatabase(url, async ({ db }) => {
    const { rows } = await sql<{ schema: string }>`select current_schema() as schema`.execute(db);
    return rows[0]?.schema ?? '';
  });
}

async function requireUnused(name: string, url: string): Promise<void> {
  if (await hasSessions(url))
    throw new CommandError(`${name}: a process uses its database; npm stop, then restore again`);
}

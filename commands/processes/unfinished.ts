import { existsSync, readFileSync } from 'node:fs';
import { isPostgresUrl } from '@lockstep/subgraph-kit/database/engines/postgres-url.ts';
import { restoreMarkOf } from '@lockstep/subgraph-kit/database/engines/unfinished-restore.ts';
import { MOVE_TABLE, type MoveMark } from '@lockstep/subgraph-kit/database/moved.ts';
import { listDatabases } from '../databases/find-databases.ts';
import { type DatabaseLocation, withRows } from '../databases/read-rows.ts';
import { CommandError } from '../terminal/command.ts';
import type { App } from './apps.ts';
import type { Finding } from './finding.ts';

/** Returns a finding for each database that a restore or a move has not left in order. */
export async function findUnfinished(apps: readonly App[]): Promise<Finding[]> {
  const ofDatabases = listDatabases(apps).map(async (database) => [
    ...findRestoreMark(database),
    ...(await readMark(database)).map((mark) => toFinding(database.name, mark)),
  ]);
  return (await Promise.all(ofDatabases)).flat();
}

function findRestoreMark({ name, location }: DatabaseLocation): Finding[] {
  if (isPostgresUrl(location) || !existsSync(restoreMarkOf(location))) return [];
  return [unfinishedRestore(name, readFileSync(restoreMarkOf(location), 'utf8').trim())];
}

function unfinishedRestore(about: string, backup: string): Finding {
  const advice = `npm stop && npm run restore -- ${backup}`;
  return { about, isHealthy: false, text: 'can not start: the restore of its database has not ended', advice };
}

/** Resolves with the mark of a database, or with none if it can't be read: its process says why. */
async function readMark(database: DatabaseLocation): Promise<MoveMark[]> {
  const isOnServer = isPostgresUrl(database.location);
  if (!isOnServer && !existsSync(database.location)) return [];
  const tables = isOnServer
    ? `select from pg_tables where schemaname = current_schema() and tablename = '${MOVE_TABLE}'`
    : `select 1 from sqlite_master where name = '${MOVE_TABLE}'`;
  try {
    return await withRows(database, async (rows) =>
      (await rows(tables)).length > 0 ? rows<MoveMark>(`select * from ${MOVE_TABLE}`) : [],
    );
  } catch (error) {
    if (error instanceof CommandError) return [];
    throw error;
  }
}

function toFinding(about: string, { state, other, changed_at: since }: MoveMark): Finding {
  if (state === 'restoring') return { ...unfinishedRestore(about, other), since };
  const again = `npm run move -- ${about} --to ${other}`;
  const [text, advice] = {
    source: [`the move of its database to ${other} has not ended`, `${again} (or --cancel in place of --to)`],
    moved: [`can not start: its database was moved to ${other}`, 'give it the URL or the path of the new one'],
    target: [`can not start: the move of its database from ${other} has not ended`, 'run npm run move again'],
  }[state];
  return { about, isHealthy: false, text: text ?? '', since, ...(advice && { advice }) };
}

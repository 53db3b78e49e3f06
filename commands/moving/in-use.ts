import { setTimeout as delay } from 'node:timers/promises';
import { isPostgresUrl } from '@lockstep/subgraph-kit/database/engines/postgres-url.ts';
import { sql } from 'kysely';
import { lockOut, sqliteCodeOf } from '../databases/sqlite-file.ts';
import { withDatabase } from './database.ts';
import { CONNECTION_NAME } from './moving-engine.ts';

const LOOK_AGAIN_MS = 500;

/** Waits until no other process has the database open. This one must not have it open either. */
export async function untilUnused(location: string, subgraph: string): Promise<void> {
  for (let told = false; await isInUse(location); told = true) {
    if (!told)
      console.log(`Stop all processes of ${subgraph} now: the switch waits until none has the old database open …`);
    await delay(LOOK_AGAIN_MS);
  }
}

function isInUse(location: string): Promise<boolean> {
  return isPostgresUrl(location) ? hasSessions(location) : hasOpeners(location);
}

/** Checks for sessions of the same role, which only the subgraph and its operators use. */
export function hasSessions(url: string): Promise<boolean> {
  return withDatabase(url, async ({ db }) => {
    const { rows } = await sql`select 1 from pg_stat_activity where datname = current_database()
      and usename = current_user and application_name <> ${CONNECTION_NAME} and pid <> pg_backend_pid()`.execute(db);
    return rows.length > 0;
  });
}

async function hasOpeners(file: string): Promise<boolean> {
  try {
    lockOut(file).close();
    return false;
  } catch (error) {
    if (sqliteCodeOf(error)?.startsWith('SQLITE_BUSY')) return true;
    throw error;
  }
}

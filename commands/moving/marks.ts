import { MOVE_TABLE, type MoveMark, readMoveMark } from '@lockstep/subgraph-kit/database/moved.ts';
import { sql } from 'kysely';
import { CommandError } from '../terminal/command.ts';
import type { Database } from './moving-engine.ts';

/** Marks the database, in place of an earlier mark. */
export async function writeMark(db: Database, mark: Omit<MoveMark, 'changed_at'>): Promise<void> {
  await sql`create table if not exists ${sql.table(MOVE_TABLE)} (subgraph text not null, state text not null,
    other text not null, run text not null, changed_at text not null)`.execute(db);
  await db.deleteFrom(MOVE_TABLE).execute();
  await db
    .insertInto(MOVE_TABLE)
    .values({ ...mark, changed_at: new Date().toISOString() })
    .execute();
}

export async function removeMark(db: Database): Promise<void> {
  await db.schema.dropTable(MOVE_TABLE).ifExists().execute();
}

/** @throws {CommandError} if another run of the command has begun to work on the database */
export async function requireOwnRun(db: Database, run: string): Promise<void> {
  if ((await readMoveMark(db))?.run === run) return;
  throw new CommandError('Another npm run move has taken over; this one ends');
}

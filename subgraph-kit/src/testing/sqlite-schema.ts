import { recordLog } from '@lockstep/runtime/testing/log-recorder.ts';
import { sql } from 'kysely';
import type { Migration } from 'kysely/migration';
import { migrate } from '../database/migrate.ts';
import { openDatabase } from '../database/open-database.ts';

/** Returns the statements of the schema that migrations make in SQLite, ordered by the names of what they create. */
export async function sqliteSchemaOf(migrations: Record<string, Migration>): Promise<string> {
  const { logger } = recordLog();
  const db = await openDatabase<unknown>(':memory:', logger);
  await migrate(db, migrations, logger);
  const query = sql<{ sql: string }>`select sql from sqlite_schema where sql is not null order by name`;
  const { rows } = await query.execute(db);
  await db.destroy();
  return rows.map((row) => `${row.sql};\n`).join('');
}

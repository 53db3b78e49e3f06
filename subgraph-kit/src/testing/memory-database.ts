import type { TestContext } from 'node:test';
import { type LogRecorder, recordLog } from '@lockstep/runtime/testing/log-recorder.ts';
import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';
import { migrate } from '../database/migrate.ts';
import { openDatabase } from '../database/sqlite.ts';

/** Opens a migrated database in memory until the test ends, and logs what runs on it from then on. */
export async function memoryDatabase<Tables>(
  t: TestContext,
  migrations: Record<string, Migration> = {},
): Promise<{ db: Kysely<Tables>; log: LogRecorder }> {
  const log = recordLog();
  const db = openDatabase<Tables>(':memory:', log.logger);
  t.after(() => db.destroy());
  await migrate(db, migrations, log.logger);
  log.clear();
  return { db, log };
}

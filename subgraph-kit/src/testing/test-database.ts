import type { TestContext } from 'node:test';
import { type LogRecorder, recordLog } from '@lockstep/runtime/testing/log-recorder.ts';
import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';
import { migrate } from '../database/migrate.ts';
import { openDatabase } from '../database/open-database.ts';
import { testLocation } from './test-location.ts';

/** Opens a migrated database of a test's own until the test ends, and logs what runs on it from then on. */
export async function testDatabase<Tables>(
  t: TestContext,
  migrations: Record<string, Migration> = {},
): Promise<{ db: Kysely<Tables>; log: LogRecorder }> {
  const log = recordLog();
  const db = await openDatabase<Tables>(await testLocation(t), log.logger);
  t.after(() => db.destroy());
  await migrate(db, migrations, log.logger);
  log.clear();
  return { db, log };
}

import type { Logger } from '@lockstep/runtime/logging.ts';
import { type Kysely, sql } from 'kysely';
import { type Migration, Migrator } from 'kysely/migration';

/**
 * Brings the database to the newest migration, all of them or none.
 *
 * @param migrations by name; the names' order is theirs: `0001-…`, `0002-…`
 * @throws where one fails: nothing of any of them is left then
 */
export async function migrate<Tables>(
  db: Kysely<Tables>,
  migrations: Record<string, Migration>,
  logger: Logger,
): Promise<void> {
  const migrator = new Migrator({ db, provider: { getMigrations: async () => migrations } });
  const { error, results = [] } = await migrator.migrateToLatest();
  if (error !== undefined) {
    const failed = results.find((result) => result.status === 'Error')?.migrationName;
    throw new Error(`The migration ${failed ?? 'of the database'} failed; the database is as it was`, { cause: error });
  }
  for (const { migrationName } of results) logger.info(`migrated: ${migrationName}`);
}

/** Resolves where the database answers. */
export async function ping<Tables>(db: Kysely<Tables>): Promise<void> {
  await sql`select 1`.execute(db);
}

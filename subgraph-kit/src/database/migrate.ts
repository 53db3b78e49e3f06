import type { Logger } from '@lockstep/runtime/logging.ts';
import type { Kysely } from 'kysely';
import { type Migration, Migrator } from 'kysely/migration';

/**
 * Runs the migrations that the database hasn't had yet: all of them or none.
 *
 * @param migrations by name, and run in the order of the names: `0001-…`, `0002-…`
 * @throws if one fails; then none of them has changed anything
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
    throw new Error(`Migration ${failed ?? 'of the database'} failed; the database is unchanged`, { cause: error });
  }
  for (const { migrationName } of results) logger.info(`migrated: ${migrationName}`);
}

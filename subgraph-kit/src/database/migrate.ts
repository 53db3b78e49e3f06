import type { Logger } from '@lockstep/runtime/logging.ts';
import type { Kysely } from 'kysely';
import { type Migration, Migrator } from 'kysely/migration';
import { engineOf } from './engines/engine.ts';

/**
 * Runs the migrations that the database hasn't had yet: all of them or none. Of several processes that start at once, one
 * migrates and the others wait for it.
 *
 * @param migrations by name, and run in the order of the names: `0001-…`, `0002-…`
 * @throws if one fails; then none of them has changed anything
 */
export async function migrate<Tables>(
  db: Kysely<Tables>,
  migrations: Record<string, Migration>,
  logger: Logger,
): Promise<void> {
  const provider = { getMigrations: async () => migrations };
  const done = await engineOf(db).migrating(db, async (transaction) => {
    const { error, results = [] } = await new Migrator({ db: transaction, provider }).migrateToLatest();
    if (error === undefined) return results;
    const failed = results.find((result) => result.status === 'Error')?.migrationName;
    throw new Error(`Migration ${failed ?? 'of the database'} failed; the database is unchanged`, { cause: error });
  });
  for (const { migrationName } of done) logger.info(`migrated: ${migrationName}`);
}

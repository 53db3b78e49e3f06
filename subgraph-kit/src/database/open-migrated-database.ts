import type { Logger } from '@lockstep/runtime/logging.ts';
import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';
import { DEFAULT_BOUNDS } from './engines/database-bounds.ts';
import { isPostgresUrl } from './engines/postgres-url.ts';
import { migrate } from './migrate.ts';
import { requireNotMoved } from './moved.ts';
import { type OpenDatabaseOptions, openDatabase } from './open-database.ts';

/**
 * Opens a database and runs the migrations that it hasn't had.
 *
 * @throws {ConfigurationError} as {@link openDatabase}, or if the database was moved away
 */
export async function openMigratedDatabase<Tables>(
  location: string,
  migrations: Record<string, Migration>,
  logger: Logger,
  options: OpenDatabaseOptions = {},
): Promise<Kysely<Tables>> {
  if (isPostgresUrl(location)) await migrateUnlimited(location, migrations, logger);
  const db = await openDatabase<Tables>(location, logger, options);
  try {
    if (!isPostgresUrl(location)) await migrateUnmoved(db, migrations, logger);
    return db;
  } catch (error) {
    await db.destroy();
    throw error;
  }
}

/** Migrates over a connection of its own, because a statement of a migration may take longer than those of requests. */
async function migrateUnlimited(location: string, migrations: Record<string, Migration>, logger: Logger) {
  const { waitTimeoutMs } = DEFAULT_BOUNDS;
  const bounds = { maxConnections: 1, waitTimeoutMs, statementTimeoutMs: undefined };
  const db = await openDatabase<unknown>(location, logger, { bounds });
  try {
    await migrateUnmoved(db, migrations, logger);
  } finally {
    await db.destroy();
  }
}

async function migrateUnmoved<Tables>(db: Kysely<Tables>, migrations: Record<string, Migration>, logger: Logger) {
  await requireNotMoved(db);
  await migrate(db, migrations, logger);
}

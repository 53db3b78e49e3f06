import type { Logger } from '@lockstep/runtime/logging.ts';
import type { Kysely, LogEvent } from 'kysely';
import { type DatabaseBounds, DEFAULT_BOUNDS } from './engines/database-bounds.ts';
import type { Engine } from './engines/engine.ts';
import { isPostgresUrl } from './engines/postgres-url.ts';
import { openSqlite } from './engines/sqlite.ts';

/** Options of {@link openDatabase}. */
export interface OpenDatabaseOptions {
  readonly bounds?: DatabaseBounds | undefined;
  /** Called after each statement. */
  readonly note?: ((event: LogEvent, engine: Engine['name']) => void) | undefined;
}

/**
 * Opens a database: PostgreSQL if the location is its URL, SQLite otherwise. What PostgreSQL needs is loaded on demand.
 *
 * @param location path of a file, `:memory:`, or a URL that starts with `postgres://` or `postgresql://`
 * @param logger gets each statement at level `debug`
 * @throws {ConfigurationError} if a file can't be opened, isn't a database, or is being restored
 */
export async function openDatabase<Tables>(
  location: string,
  logger: Logger,
  { bounds = DEFAULT_BOUNDS, note }: OpenDatabaseOptions = {},
): Promise<Kysely<Tables>> {
  const logFor = (engine: Engine['name']) => (event: LogEvent) => {
    logger.debug({ sql: event.query.sql, ms: event.queryDurationMillis }, 'statement');
    note?.(event, engine);
  };
  if (!isPostgresUrl(location)) return openSqlite(location, logFor('sqlite'));
  const { openPostgres } = await import('./engines/postgres.ts');
  return openPostgres(location, bounds, logger, logFor('postgresql'));
}

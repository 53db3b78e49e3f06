import { isPostgresUrl } from '@lockstep/subgraph-kit/database/engines/postgres-url.ts';
import { CommandError } from '../terminal/command.ts';
import type { Backup } from './backup-folder.ts';
import type { DatabaseLocation } from './read-rows.ts';
import type { ServerRestoration } from './server-restore.ts';

/** Database file to replace. */
export interface Restoration extends Backup {
  readonly path: string;
  /** Path beside `path` that the backup is copied to first. */
  readonly staged: string;
}

/** Ending of a backup by `pg_dump`. */
const DUMP = '.dump';

/**
 * Returns the database files, and those on servers, that are to be replaced by a backup.
 *
 * @throws {CommandError} if the backup has another subgraph's database, or lacks one of those that are not to be left out
 */
export function toRestorations(
  known: readonly DatabaseLocation[],
  backups: readonly Backup[],
  folder: string,
  without: readonly string[],
): [Restoration[], ServerRestoration[]] {
  const names = known.map(({ name }) => name);
  const unknown = without.find((name) => !names.includes(name));
  if (unknown) throw new CommandError(`--without ${unknown}: the project has only ${names.join(', ')}`);
  const missing = names.filter((name) => !without.includes(name) && !backups.some((backup) => backup.name === name));
  if (missing.length > 0) {
    throw new CommandError(
      `The backup has no database of ${missing.join(' and ')}, so nothing was restored. Use another backup; or leave what ` +
        `there is of it, although the others will be older: npm run restore -- ${folder} ` +
        missing.map((name) => `--without ${name}`).join(' '),
    );
  }
  const files: Restoration[] = [];
  const servers: ServerRestoration[] = [];
  for (const backup of backups.filter(({ name }) => !without.includes(name))) {
    const location = known.find(({ name }) => name === backup.name)?.location;
    if (location === undefined) {
      throw new CommandError(
        `${backup.name}: the backup has this database, and the project has only ${names.join(', ')}`,
      );
    }
    if (isPostgresUrl(location) !== backup.file.endsWith(DUMP)) {
      throw new CommandError(
        `${backup.name}: ${backup.file} is of the other engine, so nothing was restored; give the subgraph a database like that ` +
          'of the backup, and move it afterwards',
      );
    }
    if (isPostgresUrl(location)) servers.push({ ...backup, url: location });
    else files.push({ ...backup, path: location, staged: `${location}.restoring` });
  }
  return [files, servers];
}

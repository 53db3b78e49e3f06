import { existsSync, readFileSync } from 'node:fs';
import { ConfigurationError } from '@lockstep/runtime/configuration-error.ts';

// While `npm run restore` replaces databases, a file beside each of them marks that. It is there until the last of them is in its
// place, so that nothing is served of which one half is old and the other new.

/** Returns the path of the file that marks this database. Its text is the folder of the backup. */
export function restoreMarkOf(path: string): string {
  return `${path}.restore-unfinished`;
}

/** @throws {ConfigurationError} if a restore of this database has begun and not ended; it says how to continue */
export function requireFinishedRestore(path: string): void {
  const mark = restoreMarkOf(path);
  if (!existsSync(mark)) return;
  throw new ConfigurationError(
    `${path}: a restore has not ended, and some databases may be the old ones; run it again: ` +
      `npm run restore -- ${readFileSync(mark, 'utf8').trim()} (or another backup)`,
  );
}

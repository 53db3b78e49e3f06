import { ConfigurationError } from '@lockstep/runtime/configuration-error.ts';
import { type Kysely, sql } from 'kysely';

// `npm run move` marks both databases by a row in a table of their own, so that at any moment at most one of them is served.
// `npm run restore` marks databases on servers, so that none is served before all are restored.

/** Table that exists in a database while it is moved, and for good in one that was moved away. */
export const MOVE_TABLE = 'lockstep_move';

/** Mark of a move, or of a restore, in one of its two databases. */
export interface MoveMark {
  readonly subgraph: string;
  /**
   * `source` is served, and is being copied; `moved` was copied, and is served no more; `target` is a copy that is not
   * complete; `restoring` is to be replaced by a backup.
   */
  readonly state: 'source' | 'moved' | 'target' | 'restoring';
  /** The other database, without a password; or the folder of the backup. */
  readonly other: string;
  /** Id of the run of the command that works on it. */
  readonly run: string;
  /** ISO 8601 in UTC. */
  readonly changed_at: string;
}

/** Reads the mark of a database; undefined if no move concerns it. */
export async function readMoveMark<Tables>(db: Kysely<Tables>): Promise<MoveMark | undefined> {
  const tables = await db.introspection.getTables();
  if (!tables.some(({ name }) => name === MOVE_TABLE)) return undefined;
  const { rows } = await sql<MoveMark>`select * from ${sql.table(MOVE_TABLE)}`.execute(db);
  return rows[0];
}

/** @throws {ConfigurationError} if the database was moved away, or is an incomplete copy; it says what to do */
export async function requireNotMoved<Tables>(db: Kysely<Tables>): Promise<void> {
  const mark = await readMoveMark(db);
  if (mark?.state === 'moved') {
    throw new ConfigurationError(
      `The database of ${mark.subgraph} was moved to ${mark.other} at ${mark.changed_at}, and this one is out of date; give ` +
        'the subgraph the URL or the path of the new one, or move it back',
    );
  }
  if (mark?.state === 'restoring') {
    throw new ConfigurationError(
      `A restore of the database of ${mark.subgraph} has not ended, and some databases may be the old ones; run it again: ` +
        `npm run restore -- ${mark.other} (or another backup)`,
    );
  }
  if (mark?.state === 'target') {
    throw new ConfigurationError(
      `A move of the database of ${mark.subgraph} from ${mark.other} to this one has not ended; run npm run move again`,
    );
  }
}

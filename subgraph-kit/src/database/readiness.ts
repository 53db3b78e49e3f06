import type { ReadinessCheck } from '@lockstep/runtime/http/server/health.ts';
import type { Logger } from '@lockstep/runtime/logging.ts';
import { type Kysely, sql } from 'kysely';

/** Returns a check that the database answers. The log has the error of the first of several failures in a row. */
export function checkDatabase<Tables>(db: Kysely<Tables>, logger: Logger): ReadinessCheck {
  let isDown = false;
  return async () => {
    try {
      await sql`select 1`.execute(db);
      isDown = false;
      return undefined;
    } catch (error) {
      if (!isDown) logger.error(error, 'not ready: the database does not answer');
      isDown = true;
      return 'the database does not answer';
    }
  };
}

import { readMoveMark } from '@lockstep/subgraph-kit/database/moved.ts';
import { CommandError } from '../terminal/command.ts';
import type { MovedDatabase } from './database.ts';
import { removeMark, writeMark } from './marks.ts';
import { CHANGES, type Table } from './moving-engine.ts';
import { listMigrations } from './tables.ts';

/** Checks a database that is to be moved. @throws {CommandError} if it isn't the one that the subgraph uses, or has another version */
export async function checkSource(
  { db, shown }: MovedDatabase,
  subgraph: string,
  migrations: readonly string[],
): Promise<void> {
  const mark = await readMoveMark(db);
  if (mark?.state === 'moved') {
    throw new CommandError(
      `${shown} was moved to ${mark.other} at ${mark.changed_at} already; to move that one, run the command with it as the ` +
        `database of ${subgraph}`,
    );
  }
  if (mark?.state === 'target') {
    throw new CommandError(`${shown} is an incomplete copy of ${mark.other}; move that one again`);
  }
  const found = await listMigrations(db);
  if (found.join() === migrations.toSorted().join()) return;
  throw new CommandError(
    `${shown} has had the migrations ${found.join(', ') || '(none)'}, and ${subgraph} has ${migrations.join(', ')}; start it ` +
      `in this version first: npm run reload -- ${subgraph}`,
  );
}

/**
 * Makes the database record every change from now on. Writers of a table wait for a moment; it takes one table at a time,
 * because transactions of the subgraph take several in an order of their own.
 */
export async function startCapture(
  { db, engine }: MovedDatabase,
  tables: readonly Table[],
  mark: { readonly subgraph: string; readonly other: string; readonly run: string },
): Promise<void> {
  await db.transaction().execute(async (transaction) => {
    await engine.createChanges(transaction);
    await writeMark(transaction, { ...mark, state: 'source' });
  });
  for (const table of tables) {
    await db.transaction().execute(async (transaction) => {
      await engine.lockTables(transaction, [table]);
      await engine.release(transaction, table);
      await engine.capture(transaction, table);
    });
  }
  await db.deleteFrom(CHANGES).execute();
}

/** Ends a move that isn't wanted any more. @throws {CommandError} if there is none, or it was switched */
export async function cancelCapture({ db, engine, shown }: MovedDatabase, tables: readonly Table[]): Promise<void> {
  const mark = await readMoveMark(db);
  if (mark?.state !== 'source') {
    throw new CommandError(
      mark?.state === 'moved'
        ? `${shown} was moved to ${mark.other} at ${mark.changed_at} already; move that one back`
        : `${shown} is not being moved, so there is nothing to cancel`,
    );
  }
  for (const table of tables) {
    await db.transaction().execute(async (transaction) => {
      await engine.lockTables(transaction, [table]);
      await engine.release(transaction, table);
    });
  }
  await db.transaction().execute(async (transaction) => {
    await engine.dropChanges(transaction);
    await removeMark(transaction);
  });
}

import { createLogger } from '@lockstep/runtime/logging.ts';
import { migrate } from '@lockstep/subgraph-kit/database/migrate.ts';
import { readMoveMark } from '@lockstep/subgraph-kit/database/moved.ts';
import type { Migration } from 'kysely/migration';
import { CommandError } from '../terminal/command.ts';
import type { MovedDatabase } from './database.ts';
import { removeMark, writeMark } from './marks.ts';
import type { Table } from './moving-engine.ts';
import { countRows, listTables } from './tables.ts';

/**
 * Checks that a database may be replaced: it is empty, or what an interrupted move from the same source has left, or what
 * this subgraph was moved away from.
 *
 * @throws {CommandError} if not
 */
export async function checkTarget(target: MovedDatabase, source: string, subgraph: string): Promise<void> {
  const mark = await readMoveMark(target.db);
  if (mark?.state === 'source') {
    throw new CommandError(`${target.shown} is being moved itself, to ${mark.other}; give another database`);
  }
  if (mark && mark.subgraph !== subgraph) {
    throw new CommandError(`${target.shown} belongs to a move of ${mark.subgraph}; give another database`);
  }
  if (mark?.state === 'target' && mark.other !== source) {
    throw new CommandError(
      `${target.shown} is an incomplete copy of ${mark.other}; give another database, or empty it`,
    );
  }
  if (mark) return;
  for (const table of await listTables(target)) {
    if ((await countRows(target.db, table)) === 0) continue;
    throw new CommandError(`${target.shown} is not empty: it has rows in ${table.name}; give an empty database`);
  }
}

/** Empties the database, and gives it the tables of the subgraph. It can't be served until {@link completeTarget}. */
export async function prepareTarget(
  target: MovedDatabase,
  migrations: Record<string, Migration>,
  mark: { readonly subgraph: string; readonly other: string; readonly run: string },
): Promise<void> {
  const { db, engine } = target;
  await db.transaction().execute((transaction) => writeMark(transaction, { ...mark, state: 'target' }));
  const old = await listTables(target);
  await db.transaction().execute(async (transaction) => {
    for (const table of old) await engine.release(transaction, table);
    await engine.dropChanges(transaction);
    if (old.length > 0) await engine.clear(transaction, old);
  });
  await migrate(db, migrations, createLogger('move', { format: 'json', level: 'silent' }));
  await db.transaction().execute((transaction) => engine.setDeferrable(transaction, true));
}

/** @throws {CommandError} if the migrations did not make the same tables on both engines */
export function requireSameTables(from: readonly Table[], to: readonly Table[]): void {
  const describe = (tables: readonly Table[]) =>
    tables.map(({ name, columns }) => `${name} (${columns.toSorted().join(', ')})`).toSorted();
  const [expected, found] = [describe(from), describe(to)];
  const missing = expected.find((table) => !found.includes(table)) ?? found.find((table) => !expected.includes(table));
  if (missing) throw new CommandError(`${missing}: only one of both databases has this table; its migrations have to`);
}

/** Lets the subgraph serve the database. */
export async function completeTarget({ db, engine }: MovedDatabase): Promise<void> {
  await db.transaction().execute(async (transaction) => {
    await engine.setDeferrable(transaction, false);
    await removeMark(transaction);
  });
}

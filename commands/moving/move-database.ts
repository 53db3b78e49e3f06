import { randomUUID } from 'node:crypto';
import { readMoveMark } from '@lockstep/subgraph-kit/database/moved.ts';
import type { Migration } from 'kysely/migration';
import { CommandError } from '../terminal/command.ts';
import { catchUp, compareAll, copyRows } from './copy.ts';
import { type MovedDatabase, reasonOf, show, withDatabase } from './database.ts';
import { removeMark } from './marks.ts';
import { cancelCapture, checkSource, startCapture } from './source.ts';
import { switchOver } from './switch.ts';
import { listTables } from './tables.ts';
import { checkTarget, completeTarget, prepareTarget, requireSameTables } from './target.ts';

/** Task of the command. */
export interface MoveRequest {
  readonly subgraph: string;
  /** Location of the database that the subgraph uses. */
  readonly from: string;
  readonly to: string;
  readonly migrations: Record<string, Migration>;
}

/** Completes a move that was switched and interrupted then. @returns false if there is none */
export async function completeSwitched({ from, to }: MoveRequest): Promise<boolean> {
  const mark = await opening(from, ({ db }) => readMoveMark(db));
  if (mark?.state !== 'moved' || mark.other !== show(to)) return false;
  await opening(to, async (target) => {
    if ((await readMoveMark(target.db))?.run === mark.run) await completeTarget(target);
  });
  return true;
}

/** Copies the database while the subgraph goes on, until only a few changes are left. @returns the id of the run */
export async function copyWhileServing({ subgraph, from, to, migrations }: MoveRequest): Promise<string> {
  const run = randomUUID();
  await opening(from, async (source) => {
    await checkSource(source, subgraph, Object.keys(migrations));
    const tables = await listTables(source);
    await opening(to, async (target) => {
      await checkTarget(target, source.shown, subgraph);
      await startCapture(source, tables, { subgraph, other: target.shown, run });
      await requireOtherDatabase(target, run);
      await prepareTarget(target, migrations, { subgraph, other: source.shown, run });
      requireSameTables(tables, await listTables(target));
      const move = { source, target, tables, subgraph, run };
      await copyRows(move);
      await catchUp(move);
      await compareAll(move);
      await catchUp(move);
    });
  });
  return run;
}

/** Makes the copy the database of the subgraph, whose processes are stopped. */
export async function finish({ subgraph, from, to }: MoveRequest, run: string): Promise<void> {
  await opening(from, (source) =>
    opening(to, async (target) => {
      await switchOver({ source, target, tables: await listTables(source), subgraph, run });
      await completeTarget(target);
    }),
  );
}

/** Ends a move that isn't wanted any more. @throws {CommandError} if there is none, or it was switched */
export async function cancel(from: string): Promise<void> {
  await opening(from, async (source) => cancelCapture(source, await listTables(source)));
}

/** Opens a database for the work. @throws {CommandError} if it can't be opened, or the work fails */
async function opening<Result>(location: string, work: (database: MovedDatabase) => Promise<Result>): Promise<Result> {
  try {
    return await withDatabase(location, work);
  } catch (error) {
    if (error instanceof CommandError) throw error;
    throw new CommandError(`Not moved; ${show(location)}: ${reasonOf(error)}`);
  }
}

/** @throws {CommandError} if the target is the source under another name */
async function requireOtherDatabase(target: MovedDatabase, run: string): Promise<void> {
  if ((await readMoveMark(target.db))?.run !== run) return;
  await removeMark(target.db);
  throw new CommandError(`${target.shown} is the database that is to be moved; give another one`);
}

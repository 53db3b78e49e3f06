import { CommandError } from '../terminal/command.ts';
import { counted } from '../terminal/counted.ts';
import { Progress } from '../terminal/progress.ts';
import { applyChanges, forgetChanges, readChanges } from './changes.ts';
import type { MovedDatabase } from './database.ts';
import { requireOwnRun } from './marks.ts';
import type { Database, Table } from './moving-engine.ts';
import { checksumOf, insertRows, readPages } from './rows.ts';
import { countRows } from './tables.ts';

/** Number of changes that are left to the switch, which applies them in a moment. */
const FEW_CHANGES = 200;
/** Rounds after which the source is known to change faster than it is copied. */
const MAX_ROUNDS = 1000;

/** A move under way. */
export interface Move {
  readonly source: MovedDatabase;
  readonly target: MovedDatabase;
  readonly tables: readonly Table[];
  readonly subgraph: string;
  /** Id of this run. */
  readonly run: string;
}

/** Copies all rows as they are at one moment: all of them or none. */
export async function copyRows({ source, target, tables, run }: Move): Promise<void> {
  await source.engine.inSnapshot(source.db, async (snapshot) => {
    const total = await countAll(snapshot, tables);
    const progress = new Progress('rows copied', total);
    await target.db.transaction().execute(async (into) => {
      await requireOwnRun(into, run);
      await target.engine.deferForeignKeys(into);
      let copied = 0;
      for (const table of tables) {
        for await (const page of readPages(snapshot, table)) {
          await insertRows(into, table, page);
          copied += page.length;
          progress.reach(copied);
        }
      }
    });
  });
}

/** Copies what has changed, again and again until little is left. @throws {CommandError} if it never is */
export async function catchUp(move: Move): Promise<void> {
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const count = await copyChanges(move);
    if (count > 0) console.log(`${counted(count, 'change')} copied`);
    if (count <= FEW_CHANGES) return;
  }
  throw new CommandError(
    'The database changes faster than it is copied, so nothing was switched; move it at a quieter time',
  );
}

/** Compares the count and the checksum of every table, as they are at one moment, while the subgraph goes on. */
export async function compareAll(move: Move): Promise<void> {
  const { source, target, tables } = move;
  await source.engine.inSnapshot(source.db, async (snapshot) => {
    const changes = await readChanges(snapshot);
    await target.db.transaction().execute((into) => applyChanges(snapshot, target, into, tables, changes));
    const progress = new Progress('rows compared', await countAll(snapshot, tables));
    let compared = 0;
    for (const table of tables) {
      const expected = await fingerprint(snapshot, table, (rows) => {
        compared += rows;
        progress.reach(compared);
      });
      const found = await fingerprint(target.db, table, () => {});
      if (expected !== found) {
        throw new CommandError(
          `${table.name}: the copy differs (${found} instead of ${expected}), so nothing was switched; run it again`,
        );
      }
      console.log(`${table.name}: the same on both sides, ${expected}`);
    }
  });
}

/** Compares the number of rows of every table. @throws {CommandError} if one differs */
export async function compareCounts(source: Database, target: Database, tables: readonly Table[]): Promise<void> {
  for (const table of tables) {
    const [expected, found] = [await countRows(source, table), await countRows(target, table)];
    if (expected === found) continue;
    throw new CommandError(
      `${table.name}: ${counted(found, 'row')} instead of ${expected}, so nothing was switched; run it again`,
    );
  }
}

async function copyChanges({ source, target, tables, run }: Move): Promise<number> {
  const changes = await source.engine.inSnapshot(source.db, async (snapshot) => {
    const found = await readChanges(snapshot);
    await target.db.transaction().execute(async (into) => {
      await requireOwnRun(into, run);
      await applyChanges(snapshot, target, into, tables, found);
    });
    return found;
  });
  await requireOwnRun(source.db, run);
  await forgetChanges(source.db, changes);
  return changes.ids.length;
}

async function countAll(db: Database, tables: readonly Table[]): Promise<number> {
  let total = 0;
  for (const table of tables) total += await countRows(db, table);
  return total;
}

async function fingerprint(db: Database, table: Table, onRows: (rows: number) => void): Promise<string> {
  let rows = 0;
  let sum = checksumOf(table, []);
  for await (const page of readPages(db, table)) {
    rows += page.length;
    sum = checksumOf(table, page, sum);
    onRows(page.length);
  }
  return `${counted(rows, 'row')}, checksum ${sum.toString('hex').slice(0, 16)}`;
}

import { engineOf } from '@lockstep/subgraph-kit/database/engines/engine.ts';
import { sql } from 'kysely';
import { CommandError } from '../terminal/command.ts';
import type { MovedDatabase } from './database.ts';
import { CHANGES, type Database, type Table } from './moving-engine.ts';
import { checksumOf, deleteRows, insertRows, readRows } from './rows.ts';

/** Changes that the source has recorded. */
export interface Changes {
  /** Their ids in {@link CHANGES}. */
  readonly ids: readonly number[];
  /** Keys of the rows that have changed, each once. */
  readonly keysOf: ReadonlyMap<string, readonly unknown[][]>;
}

export async function readChanges(source: Database): Promise<Changes> {
  const rows = await source.selectFrom(CHANGES).selectAll().orderBy('id').execute();
  const byTable = Map.groupBy(rows, ({ table_name: table }) => String(table));
  const keysOf = [...byTable].map(([table, changed]) => {
    const keys = new Set(changed.map(({ row_key: key }) => String(key)));
    return [table, [...keys].map((key): unknown[] => JSON.parse(key))] as const;
  });
  return { ids: rows.map(({ id }) => Number(id)), keysOf: new Map(keysOf) };
}

/**
 * Makes the changed rows of the target those of the source, in the transaction of the target that is given.
 *
 * @throws {CommandError} if a row is not the same afterwards
 */
export async function applyChanges(
  source: Database,
  target: MovedDatabase,
  into: Database,
  tables: readonly Table[],
  { keysOf }: Changes,
): Promise<void> {
  await target.engine.deferForeignKeys(into);
  const changed = tables.map((table) => ({ table, keys: keysOf.get(table.name) ?? [] }));
  // All old rows go before the new ones come, so that a value which must be unique can pass from one row to another.
  for (const { table, keys } of changed) await deleteRows(into, table, keys);
  for (const { table, keys } of changed) {
    const rows = await readRows(source, table, keys);
    await insertRows(into, table, rows);
    const copied = await readRows(into, table, keys);
    if (!checksumOf(table, rows).equals(checksumOf(table, copied))) {
      throw new CommandError(`${table.name}: rows differ after they were copied, so nothing was switched`);
    }
  }
}

/** Forgets changes that were applied. */
export async function forgetChanges(source: Database, { ids }: Changes): Promise<void> {
  const { keysOf } = engineOf(source);
  const json = sql<string>`${JSON.stringify(ids)}`;
  await sql`delete from ${sql.table(CHANGES)} where id in ${keysOf(json)}`.execute(source);
}

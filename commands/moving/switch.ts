import { engineOf } from '@lockstep/subgraph-kit/database/engines/engine.ts';
import { applyChanges, readChanges } from './changes.ts';
import { compareCounts, type Move } from './copy.ts';
import { requireOwnRun, writeMark } from './marks.ts';
import type { Database, Table } from './moving-engine.ts';

/**
 * Makes the copy the database of the subgraph: copies the last changes while nobody can write, compares the number of rows,
 * and marks the old database as moved, which is the moment of the switch. From then on that refuses changes.
 */
export async function switchOver({ source, target, tables, subgraph, run }: Move): Promise<void> {
  const reason = `this database of ${subgraph} was moved to ${target.shown}`;
  await source.db.transaction().execute(async (last) => {
    await source.engine.lockTables(last, tables);
    await requireOwnRun(last, run);
    const changes = await readChanges(last);
    await target.db.transaction().execute(async (into) => {
      await requireOwnRun(into, run);
      await applyChanges(last, target, into, tables, changes);
      await compareCounts(last, into, tables);
      await copyIdentities(last, into, tables);
    });
    for (const table of tables) await source.engine.release(last, table);
    await source.engine.dropChanges(last);
    for (const table of tables) await source.engine.fence(last, table, reason);
    await writeMark(last, { subgraph, state: 'moved', other: target.shown, run });
  });
}

/** Makes the next id of each table one that no row has ever had. */
async function copyIdentities(source: Database, target: Database, tables: readonly Table[]): Promise<void> {
  for (const { name, hasIdentity } of tables) {
    if (!hasIdentity) continue;
    const { highest } = await source
      .selectFrom(name)
      .select((on) => on.fn.max('id').as('highest'))
      .executeTakeFirstOrThrow();
    const last = Math.max(await engineOf(source).lastIdentity(source, name), Number(highest ?? 0));
    await engineOf(target).setLastIdentity(target, name, last);
  }
}

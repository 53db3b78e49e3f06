import { CommandError } from '../terminal/command.ts';
import type { MovedDatabase } from './database.ts';
import type { Database, ListedColumn, Table } from './moving-engine.ts';

/** Tables of moves and of migrations, which aren't the subgraph's. */
const OWN = /^(lockstep_move|kysely_migration)/;

/** Lists the subgraph's tables as the database describes them. @throws {CommandError} if one can't be copied */
export async function listTables({ db, engine, shown }: MovedDatabase): Promise<Table[]> {
  const columns = (await engine.listColumns(db)).filter(({ table }) => !OWN.test(table));
  const tables = [...Map.groupBy(columns, ({ table }) => table)].map(([name, listed]) => toTable(name, listed));
  const keyless = tables.find(({ key }) => key.length === 0);
  if (keyless) {
    throw new CommandError(
      `${keyless.name} of ${shown} has no primary key, so its changes can't be followed; add one by a migration`,
    );
  }
  return tables;
}

/** Returns the number of rows. */
export async function countRows(db: Database, { name }: Table): Promise<number> {
  const { count } = await db
    .selectFrom(name)
    .select((on) => on.fn.countAll().as('count'))
    .executeTakeFirstOrThrow();
  return Number(count);
}

/** Returns the names of the migrations that a database has had. */
export async function listMigrations(db: Database): Promise<string[]> {
  const tables = await db.introspection.getTables({ withInternalKyselyTables: true });
  if (!tables.some(({ name }) => name === 'kysely_migration')) return [];
  const rows = await db.selectFrom('kysely_migration').select('name').orderBy('name').execute();
  return rows.map(({ name }) => String(name));
}

function toTable(name: string, listed: readonly ListedColumn[]): Table {
  const inKey = listed.filter(({ keyPlace }) => keyPlace > 0).toSorted((a, b) => a.keyPlace - b.keyPlace);
  return {
    name,
    columns: listed.map(({ column }) => column),
    key: inKey.map(({ column }) => column),
    hasIdentity: listed.some(({ column, isIdentity }) => column === 'id' && isIdentity === 1),
  };
}

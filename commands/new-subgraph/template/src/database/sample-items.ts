import type { Page } from '@lockstep/subgraph-kit/arguments.ts';
import { engineOf } from '@lockstep/subgraph-kit/database/engines/engine.ts';
import { type Parameters, prepare } from '@lockstep/subgraph-kit/database/prepared.ts';
import type { Kysely } from 'kysely';
import type { SampleItemRow, Tables } from './tables.ts';

export const MAX_NAME_LENGTH = 100;

/** Sample item as the graph has it. */
export interface SampleItem {
  id: string;
  name: string;
  createdAt: Date;
}

/** Input of a new sample item. */
export interface NewSampleItem {
  name: string;
  idempotencyKey: string | null;
}

const selectSampleItems = prepare((db: Kysely<Tables>, parameter: Parameters<{ keys: string }>) =>
  db
    .selectFrom('sample_items')
    .selectAll()
    .where('id', 'in', engineOf(db).keysOf(parameter('keys'))),
);

const selectPage = prepare((db: Kysely<Tables>, parameter: Parameters<Page>) =>
  db
    .selectFrom('sample_items')
    .selectAll()
    .where('id', '>', parameter('after'))
    .orderBy('id')
    .limit(parameter('first')),
);

/** Returns the sample items with these keys in the keys' order, null for an unknown key. Runs one statement. */
export async function findSampleItems(db: Kysely<Tables>, keys: readonly number[]): Promise<(SampleItem | null)[]> {
  const rows = await selectSampleItems(db, { keys: JSON.stringify(keys) });
  const byKey = new Map(rows.map((row) => [row.id, toSampleItem(row)]));
  return keys.map((key) => byKey.get(key) ?? null);
}

/** Returns one page of all sample items. */
export async function listSampleItems(db: Kysely<Tables>, { first, after }: Page): Promise<SampleItem[]> {
  return (await selectPage(db, { first, after })).map(toSampleItem);
}

/** Inserts a sample item and returns it, or the one that an earlier submission of its idempotency key inserted. */
export async function insertSampleItem(
  db: Kysely<Tables>,
  { name, idempotencyKey }: NewSampleItem,
): Promise<SampleItem> {
  const inserted = await db
    .insertInto('sample_items')
    .values({ name, idempotency_key: idempotencyKey, created_at: new Date().toISOString() })
    .onConflict((conflict) => conflict.column('idempotency_key').doNothing())
    .returningAll()
    .executeTakeFirst();
  const query = db.selectFrom('sample_items').selectAll().where('idempotency_key', '=', idempotencyKey);
  return toSampleItem(inserted ?? (await query.executeTakeFirstOrThrow()));
}

function toSampleItem(row: SampleItemRow): SampleItem {
  return { id: String(row.id), name: row.name, createdAt: new Date(row.created_at) };
}

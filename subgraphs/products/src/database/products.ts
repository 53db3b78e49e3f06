import type { Page } from '@lockstep/subgraph-kit/arguments.ts';
import { type Parameters, prepare } from '@lockstep/subgraph-kit/database/prepared.ts';
import { keysOf } from '@lockstep/subgraph-kit/database/sqlite.ts';
import type { Kysely } from 'kysely';
import type { ProductRow, Tables } from './tables.ts';

export const MAX_NAME_LENGTH = 100;
/** The most of one product that is ever put into stock: GraphQL's largest Int (section 3.5.1). */
export const MAX_PUT_IN = 2_147_483_647;

/** A product, as the graph has it; its price in minor units, which the scalar Money prints. */
export interface Product {
  id: string;
  name: string;
  price: number;
  stock: number;
}

/** What a product is made from. */
export interface NewProduct {
  name: string;
  priceMinor: number;
  stock: number;
}

const selectProducts = prepare((db: Kysely<Tables>, parameter: Parameters<{ keys: string }>) =>
  db
    .selectFrom('products')
    .selectAll()
    .where('id', 'in', keysOf(parameter('keys'))),
);

const selectPage = prepare((db: Kysely<Tables>, parameter: Parameters<Page>) =>
  db.selectFrom('products').selectAll().where('id', '>', parameter('after')).orderBy('id').limit(parameter('first')),
);

/** The products with these keys, in the keys' order, null for an unknown one. One statement. */
export async function findProducts(db: Kysely<Tables>, keys: readonly number[]): Promise<(Product | null)[]> {
  const rows = await selectProducts(db, { keys: JSON.stringify(keys) });
  const byKey = new Map(rows.map((row) => [row.id, toProduct(row)]));
  return keys.map((key) => byKey.get(key) ?? null);
}

/** One page of all products. */
export async function listProducts(db: Kysely<Tables>, { first, after }: Page): Promise<Product[]> {
  return (await selectPage(db, { first, after })).map(toProduct);
}

/** Inserts a product, and gives it back. */
export async function insertProduct(db: Kysely<Tables>, { name, priceMinor, stock }: NewProduct): Promise<Product> {
  const row = await db
    .insertInto('products')
    .values({ name, price_minor: priceMinor, stock, put_in: stock })
    .returningAll()
    .executeTakeFirstOrThrow();
  return toProduct(row);
}

/**
 * Puts this many more into stock.
 *
 * @returns the product; null if it is unknown; undefined if that would be more than {@link MAX_PUT_IN}
 */
export function addStock(db: Kysely<Tables>, key: number, quantity: number): Promise<Product | null | undefined> {
  return db.transaction().execute(async (transaction) => {
    const product = await transaction.selectFrom('products').select('put_in').where('id', '=', key).executeTakeFirst();
    if (product === undefined) return null;
    if (product.put_in + quantity > MAX_PUT_IN) return undefined;
    const row = await transaction
      .updateTable('products')
      .set((column) => ({ stock: column('stock', '+', quantity), put_in: column('put_in', '+', quantity) }))
      .where('id', '=', key)
      .returningAll()
      .executeTakeFirstOrThrow();
    return toProduct(row);
  });
}

function toProduct(row: ProductRow): Product {
  return { id: String(row.id), name: row.name, price: row.price_minor, stock: row.stock };
}

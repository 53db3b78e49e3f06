import type { Page } from '@lockstep/subgraph-kit/arguments.ts';
import { engineOf } from '@lockstep/subgraph-kit/database/engines/engine.ts';
import { type Parameters, prepare } from '@lockstep/subgraph-kit/database/prepared.ts';
import type { Kysely, Transaction } from 'kysely';
import type { ProductRow, Tables } from './tables.ts';

export const MAX_NAME_LENGTH = 100;
/** Maximum number of pieces of a product ever put into stock: GraphQL's largest Int (section 3.5.1). */
export const MAX_PUT_IN = 2_147_483_647;

/** Product as the graph has it. Its price is in minor units, which the scalar Money formats. */
export interface Product {
  id: string;
  name: string;
  price: number;
  stock: number;
}

/** Input of a new product. */
export interface NewProduct {
  name: string;
  priceMinor: number;
  stock: number;
}

const selectProducts = prepare((db: Kysely<Tables>, parameter: Parameters<{ keys: string }>) =>
  db
    .selectFrom('products')
    .selectAll()
    .where('id', 'in', engineOf(db).keysOf(parameter('keys'))),
);

const selectPage = prepare((db: Kysely<Tables>, parameter: Parameters<Page>) =>
  db.selectFrom('products').selectAll().where('id', '>', parameter('after')).orderBy('id').limit(parameter('first')),
);

/** Returns the products with these keys in the keys' order, null for an unknown key. Runs one statement. */
export async function findProducts(db: Kysely<Tables>, keys: readonly number[]): Promise<(Product | null)[]> {
  const rows = await selectProducts(db, { keys: JSON.stringify(keys) });
  const byKey = new Map(rows.map((row) => [row.id, toProduct(row)]));
  return keys.map((key) => byKey.get(key) ?? null);
}

/** Returns one page of all products. */
export async function listProducts(db: Kysely<Tables>, { first, after }: Page): Promise<Product[]> {
  return (await selectPage(db, { first, after })).map(toProduct);
}

/** Returns the product with this key, which exists. */
export async function getProduct(db: Kysely<Tables>, key: number): Promise<Product> {
  return toProduct(await db.selectFrom('products').selectAll().where('id', '=', key).executeTakeFirstOrThrow());
}

/** Inserts a product and returns it. */
export async function insertProduct(db: Kysely<Tables>, { name, priceMinor, stock }: NewProduct): Promise<Product> {
  const row = await db
    .insertInto('products')
    .values({ name, price_minor: priceMinor, stock, put_in: stock })
    .returningAll()
    .executeTakeFirstOrThrow();
  return toProduct(row);
}

/** Puts a quantity of a product into stock. @returns the product, or why nothing changed */
export async function addStock(
  transaction: Transaction<Tables>,
  key: number,
  quantity: number,
): Promise<Product | { kind: 'unknown product' } | { kind: 'too much' }> {
  const product = await transaction.selectFrom('products').select('put_in').where('id', '=', key).executeTakeFirst();
  if (product === undefined) return { kind: 'unknown product' };
  if (product.put_in + quantity > MAX_PUT_IN) return { kind: 'too much' };
  const row = await transaction
    .updateTable('products')
    .set((column) => ({ stock: column('stock', '+', quantity), put_in: column('put_in', '+', quantity) }))
    .where('id', '=', key)
    .returningAll()
    .executeTakeFirstOrThrow();
  return toProduct(row);
}

function toProduct(row: ProductRow): Product {
  return { id: String(row.id), name: row.name, price: row.price_minor, stock: row.stock };
}

import { badUserInput } from '@lockstep/runtime/graphql/errors.ts';
import { parseId } from '@lockstep/subgraph-kit/arguments.ts';
import type { Kysely } from 'kysely';
import { addStock, MAX_PUT_IN, type Product } from './database/products.ts';
import type { Tables } from './database/tables.ts';
import { productNotFound } from './product-not-found.ts';

/** The mutation `restock`. @throws `BAD_USER_INPUT`, `PRODUCT_NOT_FOUND` */
export async function restock(
  db: Kysely<Tables>,
  { productId, quantity }: { productId: string; quantity: number },
): Promise<Product> {
  const key = parseId('productId', productId);
  if (quantity < 1) throw badUserInput('quantity', quantity, 'must be 1 or more');
  const product = await addStock(db, key, quantity);
  if (product === null) throw productNotFound('productId', productId);
  if (product === undefined) {
    throw badUserInput('quantity', quantity, `must leave no more than ${MAX_PUT_IN} that were ever put into stock`);
  }
  return product;
}

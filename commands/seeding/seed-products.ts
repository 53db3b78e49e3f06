import { Progress } from '../terminal/progress.ts';
import { CATALOGUE, STOCK } from './catalogue.ts';
import { ask, dataOf } from './graph-client.ts';
import { listIds } from './list-ids.ts';
import { AT_A_TIME, type Seeded } from './seed-users.ts';
import { workThrough } from './work-through.ts';

const CREATE_PRODUCT = `mutation ($name: String!, $price: Money!, $stock: Int!, $idempotencyKey: String!) {
  createProduct(name: $name, price: $price, stock: $stock, idempotencyKey: $idempotencyKey) { id }
}`;

/**
 * Creates the products of the catalogue. Their keys never change, so sending one again finds the same product; others of the
 * same name stay as they are. Returns the ids in the catalogue's order.
 */
export async function seedProducts(url: string): Promise<Seeded & { ids: string[] }> {
  const before = await listIds(url, 'products');
  const progress = new Progress('products', CATALOGUE.length);
  const positions = [...CATALOGUE.keys()];
  const ids = await workThrough(positions, AT_A_TIME, async (position) => {
    const variables = { ...CATALOGUE[position], stock: STOCK, idempotencyKey: `seed/products/${position}` };
    const { createProduct } = dataOf(await ask<{ createProduct: { id: string } }>(url, CREATE_PRODUCT, variables));
    progress.step();
    return createProduct.id;
  });
  const found = ids.filter((id) => before.has(id)).length;
  return { created: CATALOGUE.length - found, found, ids };
}

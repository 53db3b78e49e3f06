import { Progress } from '../terminal/progress.ts';
import { CATALOGUE, type CatalogueProduct, STOCK } from './catalogue.ts';
import { ask, dataOf } from './graph-client.ts';
import { AT_A_TIME, type Seeded } from './seed-users.ts';
import { workThrough } from './work-through.ts';

const CREATE_PRODUCT = `mutation ($name: String!, $price: Money!, $stock: Int!) {
  createProduct(name: $name, price: $price, stock: $stock) { id }
}`;
const LIST_PRODUCTS = 'query ($after: ID) { products(first: 100, after: $after) { id name } }';

/** Creates the products of the catalogue that the graph lacks by name. Returns their ids in the catalogue's order. */
export async function seedProducts(url: string): Promise<Seeded & { ids: string[] }> {
  const known = await listProducts(url);
  const progress = new Progress('products', CATALOGUE.length);
  const ids = await workThrough(CATALOGUE, AT_A_TIME, async (product) => {
    const id = known.get(product.name) ?? (await createProduct(url, product));
    progress.step();
    return id;
  });
  const found = CATALOGUE.filter(({ name }) => known.has(name)).length;
  return { created: CATALOGUE.length - found, found, ids };
}

async function createProduct(url: string, { name, price }: CatalogueProduct): Promise<string> {
  const variables = { name, price, stock: STOCK };
  return dataOf(await ask<{ createProduct: { id: string } }>(url, CREATE_PRODUCT, variables)).createProduct.id;
}

/** Returns the ids of all products by name, the first of namesakes. */
async function listProducts(url: string): Promise<Map<string, string>> {
  const ids = new Map<string, string>();
  let after: string | undefined;
  do {
    const { products } = dataOf(await ask<{ products: { id: string; name: string }[] }>(url, LIST_PRODUCTS, { after }));
    for (const { id, name } of products) if (!ids.has(name)) ids.set(name, id);
    after = products.at(-1)?.id;
  } while (after !== undefined);
  return ids;
}

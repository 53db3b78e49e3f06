import { badUserInput } from '@lockstep/runtime/graphql/errors.ts';
import { parseText } from '@lockstep/subgraph-kit/arguments.ts';
import { parseAmount } from '@lockstep/subgraph-kit/scalars.ts';
import type { Kysely } from 'kysely';
import { insertProduct, MAX_NAME_LENGTH, type Product } from './database/products.ts';
import type { Tables } from './database/tables.ts';

/** The arguments of the mutation, as the client gave them. */
export interface CreateProductInput {
  name: string;
  price: unknown;
  stock: number;
}

/** The mutation `createProduct`. @throws `BAD_USER_INPUT` */
export async function createProduct(db: Kysely<Tables>, { name, price, stock }: CreateProductInput): Promise<Product> {
  if (stock < 0) throw badUserInput('stock', stock, 'must be 0 or more');
  return insertProduct(db, {
    name: parseText('name', name, MAX_NAME_LENGTH),
    priceMinor: parseAmount('price', price),
    stock,
  });
}

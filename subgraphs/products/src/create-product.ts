import { badUserInput, ExpectedError } from '@lockstep/runtime/graphql/errors.ts';
import { parseIdempotencyKey, parseText } from '@lockstep/subgraph-kit/arguments.ts';
import { parseAmount } from '@lockstep/subgraph-kit/scalars.ts';
import type { Kysely } from 'kysely';
import { insertProduct, MAX_NAME_LENGTH, type Product } from './database/products.ts';
import { changeOnce } from './database/submissions.ts';
import type { Tables } from './database/tables.ts';

/** Arguments of the mutation as the client sent them. */
export interface CreateProductInput {
  name: string;
  price: unknown;
  stock: number;
  idempotencyKey?: string | null;
}

/** Runs the mutation `createProduct`. @throws `BAD_USER_INPUT`, `IDEMPOTENCY_KEY_REUSED` */
export async function createProduct(db: Kysely<Tables>, args: CreateProductInput): Promise<Product> {
  const { stock } = args;
  if (stock < 0) throw badUserInput('stock', stock, 'must be 0 or more');
  const input = {
    name: parseText('name', args.name, MAX_NAME_LENGTH),
    priceMinor: parseAmount('price', args.price),
    stock,
  };
  const key = parseIdempotencyKey(args.idempotencyKey);
  const change = await changeOnce<never>(
    db,
    key === null ? null : { key, mutation: 'createProduct', input },
    (transaction) => insertProduct(transaction, input),
  );
  if (change.kind === 'changed') return change.product;
  throw new ExpectedError(
    'IDEMPOTENCY_KEY_REUSED',
    'idempotencyKey: this key was used before, with other arguments; use a new key for a new product',
  );
}

import { badUserInput, ExpectedError } from '@lockstep/runtime/graphql/errors.ts';
import { parseId, parseIdempotencyKey } from '@lockstep/subgraph-kit/arguments.ts';
import type { Kysely } from 'kysely';
import { addStock, MAX_PUT_IN, type Product } from './database/products.ts';
import { changeOnce } from './database/submissions.ts';
import type { Tables } from './database/tables.ts';
import { productNotFound } from './product-not-found.ts';

/** Arguments of the mutation as the client sent them. */
export interface RestockInput {
  productId: string;
  quantity: number;
  idempotencyKey?: string | null;
}

/** Runs the mutation `restock`. @throws `BAD_USER_INPUT`, `PRODUCT_NOT_FOUND`, `IDEMPOTENCY_KEY_REUSED` */
export async function restock(db: Kysely<Tables>, args: RestockInput): Promise<Product> {
  const { productId, quantity } = args;
  const productKey = parseId('productId', productId);
  if (quantity < 1) throw badUserInput('quantity', quantity, 'must be 1 or more');
  const key = parseIdempotencyKey(args.idempotencyKey);
  const submission = key === null ? null : ({ key, mutation: 'restock', input: { productKey, quantity } } as const);
  const change = await changeOnce(db, submission, (transaction) => addStock(transaction, productKey, quantity));
  switch (change.kind) {
    case 'changed':
      return change.product;
    case 'unknown product':
      throw productNotFound('productId', productId);
    case 'too much':
      throw badUserInput('quantity', quantity, `must leave no more than ${MAX_PUT_IN} that were ever put into stock`);
    case 'key reused':
      throw new ExpectedError(
        'IDEMPOTENCY_KEY_REUSED',
        'idempotencyKey: this key was used before, with other arguments; use a new key to restock again',
      );
  }
}

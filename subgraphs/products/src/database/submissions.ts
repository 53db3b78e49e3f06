import { inTransaction } from '@lockstep/subgraph-kit/database/transaction.ts';
import type { Kysely, Transaction } from 'kysely';
import { getProduct, type Product } from './products.ts';
import type { Tables } from './tables.ts';

/** Mutation with an idempotency key. */
export interface Submission {
  readonly key: string;
  readonly mutation: 'createProduct' | 'restock';
  /** Parsed arguments; two submissions are the same if these have the same JSON. */
  readonly input: object;
}

/** Result of a change: the product, or why nothing changed. */
export type Change<Refusal> =
  | { readonly kind: 'changed'; readonly product: Product }
  | { readonly kind: 'key reused' }
  | Refusal;

/**
 * Runs a change in a transaction, once for each idempotency key. A later submission of the key gets the product as it is
 * then. A change that is refused leaves the key unused.
 *
 * @param submission null if there is no key
 */
export function changeOnce<Refusal extends { readonly kind: string }>(
  db: Kysely<Tables>,
  submission: Submission | null,
  change: (transaction: Transaction<Tables>) => Promise<Product | Refusal>,
): Promise<Change<Refusal>> {
  return inTransaction(db, async (transaction) => {
    const earlier = submission && (await findSubmission(transaction, submission.key));
    if (submission && earlier) {
      const isSame = earlier.mutation === submission.mutation && earlier.input === JSON.stringify(submission.input);
      if (!isSame) return { kind: 'key reused' };
      return { kind: 'changed', product: await getProduct(transaction, earlier.product_id) };
    }
    const product = await change(transaction);
    if ('kind' in product) return product;
    if (submission) await insertSubmission(transaction, submission, Number(product.id));
    return { kind: 'changed', product };
  });
}

function findSubmission(transaction: Transaction<Tables>, key: string) {
  return transaction.selectFrom('submissions').selectAll().where('idempotency_key', '=', key).executeTakeFirst();
}

async function insertSubmission(
  transaction: Transaction<Tables>,
  { key, mutation, input }: Submission,
  productKey: number,
): Promise<void> {
  await transaction
    .insertInto('submissions')
    .values({ idempotency_key: key, mutation, input: JSON.stringify(input), product_id: productKey })
    .execute();
}

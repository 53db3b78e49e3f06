import { badUserInput } from '@lockstep/runtime/graphql/errors.ts';
import { parseId, parseIdempotencyKey } from '@lockstep/subgraph-kit/arguments.ts';
import type { Item } from './database/order-items.ts';
import type { NewCheckout } from './database/sagas.ts';

const MAX_ITEMS = 100;
const MAX_QUANTITY = 1000;

/** Arguments of the mutation `checkout` as the client sent them. */
export interface CheckoutInput {
  userId: string;
  items: { productId: string; quantity: number }[];
  idempotencyKey?: string | null;
}

/** Returns the input of a checkout, with each product once and in order. @throws `BAD_USER_INPUT` */
export function parseCheckout({ userId, items, idempotencyKey }: CheckoutInput): NewCheckout {
  return {
    userKey: parseId('userId', userId),
    items: parseItems(items),
    idempotencyKey: parseIdempotencyKey(idempotencyKey),
  };
}

function parseItems(items: CheckoutInput['items']): Item[] {
  const quantities = new Map<number, number>();
  for (const { productId, quantity } of items) {
    if (quantity < 1) throw badUserInput('items', quantity, `must be a quantity from 1 to ${MAX_QUANTITY}`);
    const productKey = parseId('items', productId);
    const total = (quantities.get(productKey) ?? 0) + quantity;
    if (total > MAX_QUANTITY) throw badUserInput('items', total, `must be a quantity from 1 to ${MAX_QUANTITY}`);
    quantities.set(productKey, total);
  }
  if (quantities.size < 1 || quantities.size > MAX_ITEMS) {
    throw badUserInput('items', quantities.size, `must be from 1 to ${MAX_ITEMS} items`);
  }
  return [...quantities]
    .map(([productKey, quantity]) => ({ productKey, quantity }))
    .toSorted((a, b) => a.productKey - b.productKey);
}

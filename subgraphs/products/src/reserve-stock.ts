import { badUserInput, ExpectedError } from '@lockstep/runtime/graphql/errors.ts';
import { parseId } from '@lockstep/subgraph-kit/arguments.ts';
import type { Context } from './context.ts';
import { type Item, type ReservationResult, type ReservedItem, release, reserve } from './database/reservations.ts';
import { productNotFound } from './product-not-found.ts';

/** Arguments of the mutation as orders sent them. */
export interface ReserveStockInput {
  orderId: string;
  items: { productId: string; quantity: number }[];
}

/** Reservation of an order as the graph has it. */
export interface Reservation {
  orderId: string;
  items: { productId: string; quantity: number; price: number }[];
}

/**
 * Runs the mutation `reserveStock`.
 *
 * @throws `BAD_USER_INPUT`, `PRODUCT_NOT_FOUND`, `INSUFFICIENT_STOCK`, `RESERVATION_RELEASED`; then nothing is reserved
 */
export async function reserveStock(
  { db, reach }: Pick<Context, 'db' | 'reach'>,
  { orderId, items }: ReserveStockInput,
): Promise<Reservation> {
  reach('reservation-received');
  const orderKey = parseId('orderId', orderId);
  const result = await reserve(db, orderKey, parseItems(items), reach);
  reach('reservation-written');
  if (result.kind !== 'reserved') throw refusal(result, orderId);
  return { orderId, items: result.items.map(toItem) };
}

/** Runs the mutation `releaseStock`. @throws `BAD_USER_INPUT` */
export async function releaseStock(
  { db, reach }: Pick<Context, 'db' | 'reach'>,
  { orderId }: { orderId: string },
): Promise<{ orderId: string }> {
  reach('release-received');
  await release(db, parseId('orderId', orderId), reach);
  reach('release-written');
  return { orderId };
}

/** Returns the items of a reservation. @throws `BAD_USER_INPUT` */
function parseItems(items: ReserveStockInput['items']): Item[] {
  const parsed = items.map(({ productId, quantity }) => {
    if (quantity < 1) throw badUserInput('items', quantity, 'must be a quantity of 1 or more');
    return { productKey: parseId('items', productId), quantity };
  });
  const products = new Set(parsed.map(({ productKey }) => productKey));
  if (products.size === 0 || products.size < parsed.length) {
    throw badUserInput('items', items.length, 'must be items of different products, 1 or more');
  }
  return parsed;
}

function refusal(result: Exclude<ReservationResult, { kind: 'reserved' }>, orderId: string): ExpectedError {
  switch (result.kind) {
    case 'unknown product':
      return productNotFound('items', String(result.productKey));
    case 'insufficient stock': {
      const { productKey, left } = result;
      const message = `items: there are ${left} left of product ${productKey}`;
      return new ExpectedError('INSUFFICIENT_STOCK', message, { extensions: { productId: String(productKey), left } });
    }
    case 'released':
      return new ExpectedError('RESERVATION_RELEASED', `orderId: what order ${orderId} reserved is released`);
    case 'reserved otherwise':
      return badUserInput('orderId', orderId, 'must be an order that has not reserved other items');
  }
}

function toItem({ productKey, quantity, priceMinor }: ReservedItem) {
  return { productId: String(productKey), quantity, price: priceMinor };
}

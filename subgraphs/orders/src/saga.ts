import { badUserInput, ExpectedError } from '@lockstep/runtime/graphql/errors.ts';
import type { Lifetime } from '@lockstep/runtime/http/deadline.ts';
import type { PricedItem } from './database/order-items.ts';
import type { Order } from './database/orders.ts';
import {
  cancelReleased,
  confirmOrder,
  decideRelease,
  type NewCheckout,
  noteProblem,
  type Refusal,
} from './database/sagas.ts';
import type { Services } from './services.ts';
import { isOver } from './time-limit.ts';

/** What the steps of a saga need. */
export type SagaServices = Pick<Services, 'db' | 'usersClient' | 'productsClient' | 'reach'>;

/** Failures that settle nothing: whoever sends the checkout again is told how the order ended, and not these. */
const PASSING: readonly unknown[] = ['SUBGRAPH_UNAVAILABLE', 'OUTCOME_UNKNOWN', 'DEADLINE_EXCEEDED'];

/**
 * The steps from an order that is written to one that is confirmed. If one fails, what was reserved is released and
 * the order cancelled; if the time is over, both are left to the sweep.
 *
 * @returns whether it is confirmed: false if someone else decided to cancel it
 * @throws why it is cancelled, or is going to be
 */
export async function confirm(
  services: SagaServices,
  order: Order,
  { items }: NewCheckout,
  lifetime: Lifetime,
): Promise<boolean> {
  const { db, usersClient, productsClient, reach } = services;
  const orderKey = Number(order.id);
  try {
    if (!(await usersClient.exists(order.userId, lifetime))) throw userNotFound(order.userId);
    reach('user-verified');
    const reserved = await productsClient.reserve(order.id, items, lifetime);
    reach('stock-reserved');
    if (reserved === undefined) return false;
    const isConfirmed = await confirmOrder(db, orderKey, { items: reserved, amountMinor: sumOf(reserved) }, reach);
    reach('order-confirmed');
    return isConfirmed;
  } catch (error) {
    if (error instanceof ExpectedError && !isOver(lifetime)) await undo(services, orderKey, toRefusal(error), lifetime);
    throw error;
  }
}

/**
 * The steps from an order whose cancellation is decided to one that is cancelled. Each can be done again.
 *
 * @throws `SUBGRAPH_UNAVAILABLE`, `DEADLINE_EXCEEDED`: the sweep does it again
 */
export async function release(
  { db, productsClient, reach }: Omit<SagaServices, 'usersClient'>,
  orderKey: number,
  lifetime: Lifetime,
): Promise<void> {
  reach('release-decided');
  try {
    await productsClient.release(String(orderKey), lifetime);
  } catch (error) {
    await noteProblem(db, orderKey, error instanceof Error ? error.message : String(error));
    throw error;
  }
  reach('stock-released');
  await cancelReleased(db, orderKey, reach);
  reach('order-cancelled');
}

/** Cancels a checkout that has not ended, with what that takes. @throws as {@link release} */
export async function cancelUnsettled(
  services: Omit<SagaServices, 'usersClient'>,
  orderKey: number,
  lifetime: Lifetime,
): Promise<void> {
  if (await decideRelease(services.db, orderKey, null)) await release(services, orderKey, lifetime);
}

/** `USER_NOT_FOUND` */
export function userNotFound(userId: string): ExpectedError {
  return new ExpectedError('USER_NOT_FOUND', `userId: there is no user ${userId}`);
}

async function undo(
  services: SagaServices,
  orderKey: number,
  refusal: Refusal | null,
  lifetime: Lifetime,
): Promise<void> {
  if (!(await decideRelease(services.db, orderKey, refusal))) return;
  try {
    await release(services, orderKey, lifetime);
  } catch (error) {
    if (!(error instanceof ExpectedError)) throw error; // of the others the sweep takes care, and the client has its error
  }
}

function toRefusal({ message, extensions }: ExpectedError): Refusal | null {
  return PASSING.includes(extensions.code) ? null : { message, extensions };
}

/** Exact, however large. @throws `BAD_USER_INPUT` if it is more than an amount can be */
function sumOf(items: readonly PricedItem[]): number {
  const sum = items.reduce((total, { quantity, priceMinor }) => total + BigInt(quantity) * BigInt(priceMinor), 0n);
  if (sum <= BigInt(Number.MAX_SAFE_INTEGER)) return Number(sum);
  throw badUserInput('items', items.length, 'must be items whose amounts add up to at most 90071992547409.91');
}

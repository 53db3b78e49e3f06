import { badUserInput, ExpectedError, subgraphUnavailable } from '@lockstep/runtime/graphql/errors.ts';
import type { Lifetime } from '@lockstep/runtime/http/deadline.ts';
import type { PricedItem } from './database/order-items.ts';
import type { Order } from './database/orders.ts';
import {
  cancelUnconfirmed,
  confirmOrder,
  endReleased,
  type NewCheckout,
  noteProblem,
  type Refusal,
} from './database/sagas.ts';
import type { Services } from './services.ts';
import { isOver, isUnanswered } from './time-limit.ts';

/** Services that the steps of a saga use. */
export type SagaServices = Pick<Services, 'db' | 'usersClient' | 'productsClient' | 'reach'>;

/**
 * Takes an order from PENDING to CONFIRMED: verifies the user and reserves the stock. If a step fails, the order is
 * cancelled and its stock released; if the time is over, both are left to the sweep.
 *
 * @returns if it is confirmed; false if it was cancelled meanwhile
 * @throws the reason of the cancellation
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
    if (!(await usersClient.exists('user', order.userId, lifetime))) throw userNotFound(order.userId);
    reach('user-verified');
    const reserved = await productsClient.reserve(order.id, items, lifetime);
    reach('stock-reserved');
    if (reserved === undefined) return false;
    const isConfirmed = await confirmOrder(db, orderKey, { items: reserved, amountMinor: sumOf(reserved) }, reach);
    reach('order-confirmed');
    return isConfirmed;
  } catch (error) {
    if (!(error instanceof ExpectedError) || isOver(lifetime)) throw error;
    await leaveToSweep(cancelUnsettled(services, orderKey, lifetime, toRefusal(error)));
    throw toOutcome(error);
  }
}

/**
 * Releases the stock of a cancelled order and ends its saga. May be repeated.
 *
 * @throws {ExpectedError} if products did not answer; the sweep tries again
 */
export async function release(
  { db, productsClient, reach }: Omit<SagaServices, 'usersClient'>,
  orderKey: number,
  lifetime: Lifetime,
): Promise<void> {
  reach('order-cancelled');
  try {
    await productsClient.release(String(orderKey), lifetime);
  } catch (error) {
    await noteProblem(db, orderKey, error instanceof Error ? error.message : String(error));
    throw error;
  }
  reach('stock-released');
  await endReleased(db, orderKey);
  reach('saga-ended');
}

/**
 * Cancels a checkout that has not ended and releases its stock.
 *
 * @returns if it did; false if it had ended
 * @throws as {@link release}, with the order cancelled
 */
export async function cancelUnsettled(
  services: Omit<SagaServices, 'usersClient'>,
  orderKey: number,
  lifetime: Lifetime,
  refusal: Refusal | null = null,
): Promise<boolean> {
  const isCancelled = await cancelUnconfirmed(services.db, orderKey, refusal, services.reach);
  if (isCancelled) await release(services, orderKey, lifetime);
  return isCancelled;
}

/** Waits for a release. If products does not answer, the sweep releases the stock later: the order is cancelled already. */
export async function leaveToSweep(released: Promise<unknown>): Promise<void> {
  try {
    await released;
  } catch (error) {
    if (!(error instanceof ExpectedError)) throw error;
  }
}

/** `USER_NOT_FOUND` */
export function userNotFound(userId: string): ExpectedError {
  return new ExpectedError('USER_NOT_FOUND', `userId: there is no user ${userId}`);
}

/** Returns the error that repeats for the checkout's key; null for one that settles nothing. */
function toRefusal(error: ExpectedError): Refusal | null {
  return isUnanswered(error) ? null : { message: error.message, extensions: error.extensions };
}

/** Returns the error for the client. The order is cancelled, so its outcome is known even if a call's isn't. */
function toOutcome(error: ExpectedError): ExpectedError {
  const { code, subgraph, id } = error.extensions;
  if (code !== 'OUTCOME_UNKNOWN') return error;
  return subgraphUnavailable(String(subgraph), error, typeof id === 'string' ? id : undefined);
}

/** Adds up the amounts exactly. @throws `BAD_USER_INPUT` if the sum is more than an amount can be */
function sumOf(items: readonly PricedItem[]): number {
  const sum = items.reduce((total, { quantity, priceMinor }) => total + BigInt(quantity) * BigInt(priceMinor), 0n);
  if (sum <= BigInt(Number.MAX_SAFE_INTEGER)) return Number(sum);
  throw badUserInput('items', items.length, 'must be items whose amounts add up to at most 90071992547409.91');
}

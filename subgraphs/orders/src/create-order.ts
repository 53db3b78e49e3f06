import { ExpectedError } from '@lockstep/runtime/graphql/errors.ts';
import { parseId, parseIdempotencyKey } from '@lockstep/subgraph-kit/arguments.ts';
import { parseAmount } from '@lockstep/subgraph-kit/scalars.ts';
import type { Context } from './context.ts';
import { findOrderByIdempotencyKey, insertOrder, type NewOrder, type Order } from './database/orders.ts';
import { findSaga } from './database/sagas.ts';
import { userNotFound } from './saga.ts';

/** Arguments of the mutation as the client sent them. */
export interface CreateOrderInput {
  userId: string;
  amount: unknown;
  idempotencyKey?: string | null;
}

/**
 * Runs the mutation `createOrder`.
 *
 * @throws `BAD_USER_INPUT`, `USER_NOT_FOUND`, `IDEMPOTENCY_KEY_REUSED`, `SUBGRAPH_UNAVAILABLE`, `DEADLINE_EXCEEDED`; then
 *   no order is created
 */
export async function createOrder(
  context: Pick<Context, 'db' | 'usersClient' | 'signal' | 'deadline'>,
  input: CreateOrderInput,
): Promise<Order> {
  const { db, usersClient } = context;
  const order = parseInput(input);
  // A repeated submission doesn't call users: the first one has settled its answer.
  const { userKey, idempotencyKey } = order;
  const earlier = idempotencyKey === null ? undefined : await findOrderByIdempotencyKey(db, userKey, idempotencyKey);
  if (earlier) return sameOrder(db, earlier, order);
  if (!(await usersClient.exists('user', input.userId, context))) {
    throw userNotFound(input.userId);
  }
  return sameOrder(db, await insertOrder(db, order), order);
}

function parseInput({ userId, amount, idempotencyKey }: CreateOrderInput): NewOrder {
  return {
    userKey: parseId('userId', userId),
    amountMinor: parseAmount('amount', amount),
    idempotencyKey: parseIdempotencyKey(idempotencyKey),
  };
}

/** Returns the order of the user's key. @throws `IDEMPOTENCY_KEY_REUSED` if it was created from other arguments */
async function sameOrder(db: Context['db'], order: Order, asked: NewOrder): Promise<Order> {
  const isSame = order.amount === asked.amountMinor;
  // A PENDING order with an amount is no checkout: those get it when they are confirmed.
  if (isSame && (order.status === 'PENDING' || !(await findSaga(db, Number(order.id))))) return order;
  throw new ExpectedError(
    'IDEMPOTENCY_KEY_REUSED',
    'idempotencyKey: this key was used before, for another order of this user; use a new key for a new order',
  );
}

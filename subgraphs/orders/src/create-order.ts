import { parseId, parseText } from '@lockstep/runtime/graphql/arguments.ts';
import { ExpectedError } from '@lockstep/runtime/graphql/errors.ts';
import { parseAmount } from '@lockstep/runtime/graphql/scalars.ts';
import type { Context } from './context.ts';
import { findOrderByIdempotencyKey, insertOrder, type NewOrder, type Order } from './database/orders.ts';

const MAX_IDEMPOTENCY_KEY_LENGTH = 255;

/** The arguments of the mutation, as the client gave them. */
export interface CreateOrderInput {
  userId: string;
  amount: unknown;
  idempotencyKey?: string | null;
}

/**
 * The mutation `createOrder`.
 *
 * @throws `BAD_USER_INPUT`, `USER_NOT_FOUND`, `IDEMPOTENCY_KEY_REUSED`, `SUBGRAPH_UNAVAILABLE`, `DEADLINE_EXCEEDED`; no
 *   order is created then
 */
export async function createOrder(
  { db, usersClient, signal }: Pick<Context, 'db' | 'usersClient' | 'signal'>,
  input: CreateOrderInput,
): Promise<Order> {
  const order = parseInput(input);
  const { idempotencyKey } = order;
  // A second submission needs nothing of users: its answer was settled by the first.
  const earlier = idempotencyKey === null ? undefined : await findOrderByIdempotencyKey(db, idempotencyKey);
  if (earlier) return sameOrder(earlier, order);
  if (!(await usersClient.exists(input.userId, signal))) {
    throw new ExpectedError('USER_NOT_FOUND', `userId: there is no user ${input.userId}`);
  }
  return sameOrder(await insertOrder(db, order), order);
}

function parseInput({ userId, amount, idempotencyKey }: CreateOrderInput): NewOrder {
  return {
    userKey: parseId('userId', userId),
    amountMinor: parseAmount('amount', amount),
    idempotencyKey:
      idempotencyKey == null ? null : parseText('idempotencyKey', idempotencyKey, MAX_IDEMPOTENCY_KEY_LENGTH),
  };
}

/** The order that is there under the key, if it is the one that was asked for. */
function sameOrder(order: Order, asked: NewOrder): Order {
  if (order.userId === String(asked.userKey) && order.amount === asked.amountMinor) return order;
  throw new ExpectedError(
    'IDEMPOTENCY_KEY_REUSED',
    'idempotencyKey: this key was used before, with another userId or amount; use a new key for a new order',
  );
}

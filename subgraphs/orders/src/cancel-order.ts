import { ExpectedError } from '@lockstep/runtime/graphql/errors.ts';
import { parseId } from '@lockstep/subgraph-kit/arguments.ts';
import type { Context } from './context.ts';
import { findOrders, getOrder, type Order } from './database/orders.ts';
import { cancelAny } from './database/sagas.ts';
import { leaveToSweep, release } from './saga.ts';
import { withinTime } from './time-limit.ts';

/**
 * Runs the mutation `cancelOrder`. One transaction cancels the order, whatever becomes of its stock: if products does not
 * answer in time, the sweep releases it. A checkout under way finds out at its next step.
 *
 * @throws `BAD_USER_INPUT`, `ORDER_NOT_FOUND`; `DEADLINE_EXCEEDED` if the time was over before anything was written
 */
export async function cancelOrder(
  context: Pick<Context, 'db' | 'productsClient' | 'reach' | 'signal' | 'deadline' | 'checkoutTimeoutMs'>,
  { id }: { id: string },
): Promise<Order> {
  const { db, reach, checkoutTimeoutMs } = context;
  const orderKey = parseId('id', id);
  return withinTime(checkoutTimeoutMs, context, async (limit) => {
    const [order] = await findOrders(db, [orderKey]);
    if (!order) throw new ExpectedError('ORDER_NOT_FOUND', `id: there is no order ${id}`);
    if (await cancelAny(db, orderKey, reach)) await leaveToSweep(release(context, orderKey, limit));
    return getOrder(db, orderKey);
  });
}

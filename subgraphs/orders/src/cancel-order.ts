import { ExpectedError } from '@lockstep/runtime/graphql/errors.ts';
import { parseId } from '@lockstep/subgraph-kit/arguments.ts';
import type { Context } from './context.ts';
import { findOrders, getOrder, type Order } from './database/orders.ts';
import { decideCancellation } from './database/sagas.ts';
import { release } from './saga.ts';
import { withinTime } from './time-limit.ts';

/**
 * The mutation `cancelOrder`. A checkout that is under way is cancelled too: it finds that out at its next step.
 *
 * @throws `BAD_USER_INPUT`, `ORDER_NOT_FOUND`; `SUBGRAPH_UNAVAILABLE`, `DEADLINE_EXCEEDED`: the sweep ends it
 */
export async function cancelOrder(
  context: Pick<Context, 'db' | 'productsClient' | 'reach' | 'signal' | 'deadline' | 'checkoutTimeoutMs'>,
  { id }: { id: string },
): Promise<Order> {
  const { db, checkoutTimeoutMs } = context;
  const orderKey = parseId('id', id);
  return withinTime(checkoutTimeoutMs, context, async (limit) => {
    const [order] = await findOrders(db, [orderKey]);
    if (!order) throw new ExpectedError('ORDER_NOT_FOUND', `id: there is no order ${id}`);
    if (await decideCancellation(db, orderKey)) await release(context, orderKey, limit);
    return getOrder(db, orderKey);
  });
}

import { ExpectedError } from '@lockstep/runtime/graphql/errors.ts';
import type { Lifetime } from '@lockstep/runtime/http/deadline.ts';
import { type CheckoutInput, parseCheckout } from './checkout-input.ts';
import type { Context } from './context.ts';
import { findItemsOfOrders } from './database/order-items.ts';
import { getOrder, type Order } from './database/orders.ts';
import { findSaga, insertCheckout, type NewCheckout } from './database/sagas.ts';
import { cancelUnsettled, confirm, leaveToSweep } from './saga.ts';
import { withinTime } from './time-limit.ts';

type CheckoutContext = Omit<Context, 'budget' | 'orders' | 'ordersOfUser' | 'itemsOfOrder' | 'nodeExists'>;

/**
 * Runs the mutation `checkout`. One transaction writes the order; then users and products are called; then one transaction
 * confirms or cancels the order. The saga's row has the state in between, so that the sweep can end it after a crash.
 *
 * @throws `BAD_USER_INPUT`, `USER_NOT_FOUND`, `PRODUCT_NOT_FOUND`, `INSUFFICIENT_STOCK`, `IDEMPOTENCY_KEY_REUSED`;
 *   `SUBGRAPH_UNAVAILABLE` with the order cancelled; `DEADLINE_EXCEEDED` with an order that the sweep cancels, if it was
 *   written
 */
export async function checkout(context: CheckoutContext, input: CheckoutInput): Promise<Order> {
  const asked = parseCheckout(input);
  return withinTime(context.checkoutTimeoutMs, context, async (lifetime) => {
    const { order, isNew } = await context.running.write(() => insertCheckout(context.db, asked, context.reach));
    context.reach('order-written');
    if (!isNew) return repeat(context, order, asked, lifetime);
    return context.running.run(Number(order.id), async () => {
      const isConfirmed = await confirm(context, order, asked, lifetime);
      if (!isConfirmed) await leaveToSweep(cancelUnsettled(context, Number(order.id), lifetime));
      return outcome(context, Number(order.id));
    });
  });
}

/** Waits for the first submission with this key to end, or cancels it if nothing is working on it. Returns its outcome. */
async function repeat(context: CheckoutContext, order: Order, asked: NewCheckout, lifetime: Lifetime): Promise<Order> {
  const orderKey = Number(order.id);
  if (!(await isSameCheckout(context, order, asked))) {
    throw new ExpectedError(
      'IDEMPOTENCY_KEY_REUSED',
      'idempotencyKey: this key was used before, for another order of this user; use a new key for a new order',
    );
  }
  await context.running.end(() => findSaga(context.db, orderKey), lifetime.signal);
  await leaveToSweep(cancelUnsettled(context, orderKey, lifetime));
  return outcome(context, orderKey);
}

async function isSameCheckout({ db }: CheckoutContext, order: Order, asked: NewCheckout): Promise<boolean> {
  const [items = []] = await findItemsOfOrders(db, [Number(order.id)]);
  return (
    items.length === asked.items.length &&
    items.every(({ productId, quantity }, index) => {
      const item = asked.items[index];
      return productId === String(item?.productKey) && quantity === item?.quantity;
    })
  );
}

/** Returns the order, confirmed or cancelled. @throws the error that refused the checkout */
async function outcome({ db }: CheckoutContext, orderKey: number): Promise<Order> {
  const saga = await findSaga(db, orderKey);
  if (saga?.refusal) {
    const { message, extensions } = saga.refusal;
    throw new ExpectedError(String(extensions.code), message, { extensions });
  }
  return getOrder(db, orderKey);
}

import assert from 'node:assert/strict';
import { checkCheckouts } from '../../commands/databases/checkout-check.ts';
import type { CheckoutDatabases } from '../../commands/databases/checkout-databases.ts';
import { type Answer, ask } from './client.ts';
import { type Afterwards, type Graph, start } from './graph.ts';
import { INSTANCES } from './instances.ts';
import type { RunningProcess } from './process.ts';
import { until } from './waiting.ts';

/** Time after the end of a fault in which every checkout ends. */
const SETTLED_WITHIN_MS = 10_000;

/** A checkout, which can be sent repeatedly. */
export interface Checkout {
  readonly userId: string;
  readonly productId: string;
  readonly quantity: number;
  readonly key: string;
}

/** Data in the answer to a checkout. */
export interface CheckedOut {
  readonly checkout: { readonly id: string; readonly status: string; readonly amount: string };
}

const CHECKOUT = `mutation ($userId: ID!, $items: [CheckoutItem!]!, $key: String) {
  checkout(userId: $userId, items: $items, idempotencyKey: $key) { id status amount }
}`;

export function sendCheckout(url: string, { userId, productId, quantity, key }: Checkout): Promise<Answer<CheckedOut>> {
  return ask(url, CHECKOUT, { userId, items: [{ productId, quantity }], key });
}

export function sendCancel(url: string, id: string): Promise<Answer<{ cancelOrder: { status: string } }>> {
  return ask(url, 'mutation ($id: ID!) { cancelOrder(id: $id) { status } }', { id });
}

/** Returns the outcome of a checkout: the order's status, or the code of the error. */
export function endingOf(answer: Answer<CheckedOut> | undefined): string {
  return answer?.data?.checkout.status ?? String(answer?.errors?.[0]?.extensions.code);
}

export function databasesOf({ databaseOf }: Graph): CheckoutDatabases {
  return { orders: databaseOf('orders'), products: databaseOf('products') };
}

/** Waits until the databases agree about every checkout, {@link SETTLED_WITHIN_MS} after the end of a fault at most. */
export async function untilSettled(graph: Graph, faultOverAt = performance.now()): Promise<void> {
  const problems = await until(
    async () => (await checkCheckouts(databasesOf(graph))).problems,
    (found) => found.length === 0 || performance.now() - faultOverAt > SETTLED_WITHIN_MS,
  );
  assert.deepEqual(problems, []);
}

/** Restarts a killed orders or products, all instances of it, on its database and behind its proxies. */
export async function startAgain(
  t: Afterwards,
  graph: Graph,
  name: 'orders' | 'products',
  env: Record<string, string> = {},
): Promise<RunningProcess> {
  const usual = {
    ORDERS_DATABASE: databasesOf(graph).orders,
    PRODUCTS_DATABASE: databasesOf(graph).products,
    USERS_URL: graph.verificationProxy.urls.join(),
    PRODUCTS_URL: graph.stockProxy.urls.join(),
  };
  const process = await start(t, `subgraphs/${name}`, { ...usual, ...env }, INSTANCES);
  if (name === 'orders') graph.ordersProxy.targets = process.urls;
  else graph.productsProxy.targets = graph.stockProxy.targets = process.urls;
  return process;
}

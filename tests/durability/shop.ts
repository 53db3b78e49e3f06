import { type Answer, ask, createUser } from '../harness/client.ts';
import { createDatabases } from '../harness/databases.ts';
import { type Afterwards, start, temporaryFolder } from '../harness/graph.ts';
import type { RunningProcess } from '../harness/process.ts';
import { type FaultProxy, startProxy } from '../harness/proxy.ts';

/** Users and orders without a gateway, which would hide the behaviour of a killed orders process. */
export interface Shop {
  /** Address of a proxy in front of orders, which stays the same when orders restarts. */
  readonly proxy: FaultProxy;
  /** Location of the database of orders. */
  readonly file: string;
  /** Id of a user who can order. */
  readonly userId: string;
  /** Current process of orders. */
  orders: RunningProcess;
  /** Restarts orders, as pm2 does when it has ended. */
  restart(): Promise<void>;
  /** Submits the order of that number under its own key. Rejects if there is no response. */
  submit(number: number): Promise<Answer<{ createOrder: Order }>>;
}

export interface Order {
  readonly id: string;
  readonly amount: string;
}

const CREATE_ORDER = `mutation ($userId: ID!, $amount: Money!, $idempotencyKey: String!) {
  createOrder(userId: $userId, amount: $amount, idempotencyKey: $idempotencyKey) { id amount }
}`;

/** Starts a shop that ends with the test. */
export async function startShop(t: Afterwards): Promise<Shop> {
  const folder = await temporaryFolder(t);
  const databases = createDatabases(['users', 'orders'], folder);
  const env = { SUBGRAPH_SECRET: '', USERS_DATABASE: databases.get('users') ?? '' };
  const file = databases.get('orders') ?? '';
  const users = await start(t, 'subgraphs/users', env);
  const ordersEnv = { ...env, ORDERS_DATABASE: file, USERS_URL: users.url, USERS_TIMEOUT_MS: '30000' };
  const startOrders = () => start(t, 'subgraphs/orders', ordersEnv);
  const orders = await startOrders();
  const proxy = await startProxy(orders.url);
  t.after(() => proxy.close());
  const userId = await createUser(users.url, 'ada@example.com');
  const shop: Shop = {
    proxy,
    file,
    userId,
    orders,
    async restart() {
      shop.orders = await startOrders();
      proxy.targets = shop.orders.urls;
    },
    submit: (number) =>
      ask(proxy.url, CREATE_ORDER, { userId, amount: amountOf(number), idempotencyKey: keyOf(number) }),
  };
  return shop;
}

export function keyOf(number: number): string {
  return `order ${number}`;
}

/** Amounts that differ for each order, so that swapped values show. */
export function amountOf(number: number): string {
  return `${number}.50`;
}

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type RunningProcess, startProcess } from './process.ts';
import { type FaultProxy, startProxy } from './proxy.ts';

/** The whole system for one test: real processes, files in a folder of its own, and a proxy in front of each subgraph. */
export interface Graph {
  /** Address of the gateway. */
  readonly url: string;
  readonly folder: string;
  readonly users: RunningProcess;
  readonly orders: RunningProcess;
  readonly products: RunningProcess;
  readonly gateway: RunningProcess;
  /** Proxy between gateway and users. */
  readonly usersProxy: FaultProxy;
  /** Proxy between gateway and orders. */
  readonly ordersProxy: FaultProxy;
  /** Proxy between gateway and products. */
  readonly productsProxy: FaultProxy;
  /** Proxy between orders and users. */
  readonly verificationProxy: FaultProxy;
  /** Proxy between orders and products. */
  readonly stockProxy: FaultProxy;
}

/** Scope at whose end things are stopped: a test (`t`) or a test file (`{ after }` of node:test). */
export interface Afterwards {
  after(hook: () => unknown): void;
}

/** Environment variables in addition to the usual ones. */
export interface GraphEnvironment {
  all?: Record<string, string>;
  users?: Record<string, string>;
  orders?: Record<string, string>;
  products?: Record<string, string>;
  gateway?: Record<string, string>;
}

/** Starts the whole system, which ends with the test. */
export async function startGraph(t: Afterwards, env: GraphEnvironment = {}): Promise<Graph> {
  const folder = await temporaryFolder(t);
  const [usersProxy, ordersProxy, productsProxy] = await Promise.all([proxyFor(t), proxyFor(t), proxyFor(t)]);
  const [verificationProxy, stockProxy] = await Promise.all([proxyFor(t), proxyFor(t)]);
  const started = [
    launch('subgraphs/users', { USERS_DATABASE: join(folder, 'users.sqlite'), ...env.all, ...env.users }),
    launch('subgraphs/orders', {
      ORDERS_DATABASE: join(folder, 'orders.sqlite'),
      USERS_URL: verificationProxy.url,
      PRODUCTS_URL: stockProxy.url,
      ...env.all,
      ...env.orders,
    }),
    launch('subgraphs/products', {
      PRODUCTS_DATABASE: join(folder, 'products.sqlite'),
      ...env.all,
      ...env.products,
    }),
    launch('gateway', {
      USERS_URL: usersProxy.url,
      ORDERS_URL: ordersProxy.url,
      PRODUCTS_URL: productsProxy.url,
      ...env.all,
      ...env.gateway,
    }),
  ] as const;
  stopAfter(t, started);
  const [users, orders, products, gateway] = await Promise.all(started);
  usersProxy.target = verificationProxy.target = users.url;
  ordersProxy.target = orders.url;
  productsProxy.target = stockProxy.target = products.url;
  const proxies = { usersProxy, ordersProxy, productsProxy, verificationProxy, stockProxy };
  return { url: gateway.url, folder, users, orders, products, gateway, ...proxies };
}

/** Starts one process of the graph, on a free port unless `env` names one. It ends with the test. */
export function start(t: Afterwards, folder: string, env: Record<string, string> = {}): Promise<RunningProcess> {
  const started = launch(folder, env);
  stopAfter(t, [started]);
  return started;
}

function launch(folder: string, env: Record<string, string>): Promise<RunningProcess> {
  return startProcess(folder, {
    USERS_PORT: '0',
    ORDERS_PORT: '0',
    PRODUCTS_PORT: '0',
    GATEWAY_PORT: '0',
    SUBGRAPH_SECRET: 'a secret for this test only',
    ...env,
  });
}

/** Stops processes together, because a stop takes half a second while a client keeps its connection. */
function stopAfter(t: Afterwards, started: readonly Promise<RunningProcess>[]): void {
  const settled = Promise.allSettled(started);
  t.after(async () => {
    const outcomes = await settled;
    await Promise.all(outcomes.map(async (outcome) => outcome.status === 'fulfilled' && outcome.value.stop()));
  });
}

async function proxyFor(t: Afterwards): Promise<FaultProxy> {
  const proxy = await startProxy('');
  t.after(() => proxy.close());
  return proxy;
}

/** Creates an empty folder that is removed with the test. */
export async function temporaryFolder(t: Afterwards): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'lockstep-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

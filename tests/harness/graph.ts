import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type RunningProcess, startProcess } from './process.ts';
import { type FaultProxy, startProxy } from './proxy.ts';

export type SubgraphName = 'users' | 'orders' | 'products';

/**
 * The system for one test: real processes, files in a folder of its own, and a proxy in front of each subgraph. Reading the
 * process of a subgraph that was not started throws.
 */
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

/** Subgraphs to start (all of them by default), and environment variables in addition to the usual ones. */
export interface GraphOptions {
  only?: readonly SubgraphName[];
  all?: Record<string, string>;
  users?: Record<string, string>;
  orders?: Record<string, string>;
  products?: Record<string, string>;
  gateway?: Record<string, string>;
}

/** Starts the system, which ends with the test. */
export async function startGraph(t: Afterwards, options: GraphOptions = {}): Promise<Graph> {
  const folder = await temporaryFolder(t);
  const proxies = await startProxies(t);
  const variables = variablesOf(folder, proxies);
  const { only: names = ['users', 'orders', 'products'] } = options;
  const launchWith = (name: SubgraphName | 'gateway', path: string) =>
    launch(path, { ...variables[name], ...options.all, ...options[name] });
  const starting = [
    launchWith('gateway', 'gateway'),
    ...names.map((name) => launchWith(name, `subgraphs/${name}`)),
  ] as const;
  stopAfter(t, starting);
  const [gateway, ...subgraphs] = await Promise.all(starting);
  const started = new Map(names.map((name, index) => [name, subgraphs[index]]));
  const processOf = (name: SubgraphName): RunningProcess => {
    const process = started.get(name);
    if (process === undefined) throw new Error(`${name} was not started`);
    return process;
  };
  proxies.usersProxy.target = proxies.verificationProxy.target = started.get('users')?.url ?? '';
  proxies.ordersProxy.target = started.get('orders')?.url ?? '';
  proxies.productsProxy.target = proxies.stockProxy.target = started.get('products')?.url ?? '';
  return {
    ...{ url: gateway.url, folder, gateway, ...proxies },
    get users() {
      return processOf('users');
    },
    get orders() {
      return processOf('orders');
    },
    get products() {
      return processOf('products');
    },
  };
}

type Proxies = Pick<Graph, 'usersProxy' | 'ordersProxy' | 'productsProxy' | 'verificationProxy' | 'stockProxy'>;

async function startProxies(t: Afterwards): Promise<Proxies> {
  const [usersProxy, ordersProxy, productsProxy] = await Promise.all([proxyFor(t), proxyFor(t), proxyFor(t)]);
  const [verificationProxy, stockProxy] = await Promise.all([proxyFor(t), proxyFor(t)]);
  return { usersProxy, ordersProxy, productsProxy, verificationProxy, stockProxy };
}

/** Returns the usual environment variables of each process. */
function variablesOf(
  folder: string,
  proxies: Proxies,
): Readonly<Record<SubgraphName | 'gateway', Record<string, string>>> {
  return {
    users: { USERS_DATABASE: join(folder, 'users.sqlite') },
    orders: {
      ORDERS_DATABASE: join(folder, 'orders.sqlite'),
      USERS_URL: proxies.verificationProxy.url,
      PRODUCTS_URL: proxies.stockProxy.url,
    },
    products: { PRODUCTS_DATABASE: join(folder, 'products.sqlite') },
    gateway: {
      USERS_URL: proxies.usersProxy.url,
      ORDERS_URL: proxies.ordersProxy.url,
      PRODUCTS_URL: proxies.productsProxy.url,
    },
  };
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
  // A process may still write to it (ENOTEMPTY). If this hook failed, node:test would not run those after it.
  t.after(() => rm(folder, { recursive: true, force: true, maxRetries: 10 }));
  return folder;
}

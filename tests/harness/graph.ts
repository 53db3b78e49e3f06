import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createDatabases } from './databases.ts';
import { INSTANCES, routesTo, usualSupergraph } from './instances.ts';
import { type RunningProcess, startProcess } from './process.ts';
import { type FaultProxy, startProxy } from './proxy.ts';
import { SUBGRAPH_NAMES, SUBGRAPHS, variablesOfEach } from './subgraphs.ts';

/**
 * The system for one test: real processes, files in a folder of its own, and a proxy in front of each subgraph. Reading the
 * process of a subgraph that was not started throws. With `TEST_INSTANCES=2` it has two gateways and two instances of each
 * subgraph, between which callers choose by themselves; each proxy then stands in front of both.
 */
export interface Graph {
  /** Address of the gateway; of several, each in turn. */
  readonly url: string;
  readonly folder: string;
  readonly users: RunningProcess;
  readonly orders: RunningProcess;
  readonly products: RunningProcess;
  readonly gateway: RunningProcess;
  /** Returns the location of a subgraph's database. */
  databaseOf(name: string): string;
  /** Returns the process of any subgraph. */
  processOf(name: string): RunningProcess;
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
  only?: readonly string[];
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
  const { only: names = SUBGRAPH_NAMES, all, ...own } = options;
  const ownOf: Readonly<Record<string, Record<string, string>>> = own;
  const databases = createDatabases(names, folder);
  const usual = INSTANCES > 1 ? { SUPERGRAPH_FILE: await usualSupergraph(folder) } : {};
  const launchWith = (name: string, path: string) =>
    launch(path, { ...usual, ...variablesOf(name, databases, proxies), ...all, ...ownOf[name] }, INSTANCES);
  const starting = [
    launchWith('gateway', 'gateway'),
    ...names.map((name) => launchWith(name, `subgraphs/${name}`)),
  ] as const;
  stopAfter(t, starting);
  const [gateway, ...subgraphs] = await Promise.all(starting);
  const started = new Map(names.map((name, index) => [name, subgraphs[index]]));
  for (const routes of [proxies.ofGateway, ...proxies.ofCaller.values()])
    for (const [name, proxy] of routes) proxy.targets = started.get(name)?.urls ?? [];
  const processOf = (name: string) => found(started, name);
  return {
    get url() {
      return gateway.url;
    },
    ...{ folder, gateway, processOf },
    databaseOf: (name) => found(databases, name),
    usersProxy: found(proxies.ofGateway, 'users'),
    ordersProxy: found(proxies.ofGateway, 'orders'),
    productsProxy: found(proxies.ofGateway, 'products'),
    verificationProxy: found(proxies.ofCaller.get('orders'), 'users'),
    stockProxy: found(proxies.ofCaller.get('orders'), 'products'),
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

/** Proxies by the subgraph that they lead to: from the gateway, and from each subgraph that calls it. */
interface Proxies {
  readonly ofGateway: ReadonlyMap<string, FaultProxy>;
  readonly ofCaller: ReadonlyMap<string, ReadonlyMap<string, FaultProxy>>;
}

async function startProxies(t: Afterwards): Promise<Proxies> {
  const proxiesTo = async (names: readonly string[]) =>
    new Map(await Promise.all(names.map(async (name) => [name, await proxyFor(t)] as const)));
  const ofCaller = SUBGRAPHS.map(async ({ name, calls }) => [name, await proxiesTo(calls)] as const);
  return { ofGateway: await proxiesTo(SUBGRAPH_NAMES), ofCaller: new Map(await Promise.all(ofCaller)) };
}

/** Returns the usual environment variables of a subgraph or the gateway. */
function variablesOf(
  name: string,
  databases: ReadonlyMap<string, string>,
  { ofGateway, ofCaller }: Proxies,
): Record<string, string> {
  if (name === 'gateway')
    return Object.assign({}, ...[...ofGateway].map(([callee, { urls }]) => routesTo(callee, urls)));
  const proxies = ofCaller.get(name);
  return {
    ...variablesOfEach('DATABASE', () => found(databases, name), [name]),
    ...variablesOfEach('URL', (callee) => found(proxies, callee).urls.join(), [...(proxies?.keys() ?? [])]),
  };
}

function found<Value>(values: ReadonlyMap<string, Value | undefined> | undefined, name: string): Value {
  const value = values?.get(name);
  if (value === undefined) throw new Error(`${name} was not started`);
  return value;
}

/**
 * Starts a process of the graph, on a free port unless `env` names one. It ends with the test.
 *
 * @param count number of its instances
 */
export function start(
  t: Afterwards,
  folder: string,
  env: Record<string, string> = {},
  count = 1,
): Promise<RunningProcess> {
  const started = launch(folder, env, count);
  stopAfter(t, [started]);
  return started;
}

function launch(folder: string, env: Record<string, string>, count: number): Promise<RunningProcess> {
  const usual = { ...variablesOfEach('PORT', () => '0'), GATEWAY_PORT: '0' };
  return startProcess(folder, { ...usual, SUBGRAPH_SECRET: 'a secret for this test only', ...env }, count);
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
  const proxy = await startProxy('', INSTANCES);
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

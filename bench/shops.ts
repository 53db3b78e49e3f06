import { join } from 'node:path';
import { getData } from './ask.ts';
import { freePorts, ownEnvironment, type Processes, ROOT, type Running, untilIt } from './processes.ts';
import { seed } from './seed.ts';
import { type SubgraphPorts, type SupergraphFiles, urlOf, writeSupergraph } from './supergraph.ts';

/** The shop's subgraphs, running and filled, with the supergraph over them and the bench's own. */
export interface Shop {
  readonly processes: readonly Running[];
  readonly ports: SubgraphPorts;
  readonly files: SupergraphFiles;
}

/** Implementation of the subgraphs. */
export type ShopKind = 'lockstep' | 'stock';

const OWN = ownEnvironment(ROOT);

interface Command {
  readonly args: readonly string[];
  readonly env?: Record<string, string>;
}

/** @param file database of the subgraph */
type Commands = (ports: SubgraphPorts, file: (subgraph: string) => string) => Record<'users' | 'orders', Command>;

/** Address of a subgraph that orders needs but that no operation of the bench makes it call. */
const NOBODY = 'http://127.0.0.1:9/graphql';

const product = (subgraph: string) => join(ROOT, 'subgraphs', subgraph, 'src', 'main.ts');
const stock = (subgraph: string) => join(import.meta.dirname, 'stock', `${subgraph}.ts`);

const commands: Record<ShopKind, Commands> = {
  lockstep: ({ users, orders }, file) => ({
    users: {
      args: [product('users')],
      env: { ...OWN, USERS_PORT: String(users), USERS_DATABASE: file('users') },
    },
    orders: {
      args: [product('orders')],
      env: {
        ...OWN,
        ORDERS_PORT: String(orders),
        ORDERS_DATABASE: file('orders'),
        USERS_URL: urlOf(users),
        PRODUCTS_URL: NOBODY,
      },
    },
  }),
  stock: ({ users, orders }, file) => ({
    users: { args: [stock('users'), String(users), file('users')] },
    orders: { args: [stock('orders'), String(orders), file('orders'), urlOf(users)] },
  }),
};

/** Starts the subgraphs, fills their databases, and composes the supergraph. */
export async function startShop(
  processes: Processes,
  folder: string,
  kind: ShopKind,
  others: Pick<SubgraphPorts, 'wide' | 'collector'>,
): Promise<Shop> {
  const [users = 0, orders = 0] = await freePorts(2);
  const ports = { users, orders, ...others };
  const { users: usersCommand, orders: ordersCommand } = commands[kind](ports, (subgraph) =>
    join(folder, `${kind}-${subgraph}.sqlite`),
  );
  const started = await Promise.all([
    startSubgraph(processes, 'users', usersCommand, users),
    startSubgraph(processes, 'orders', ordersCommand, orders),
  ]);
  const [files] = await Promise.all([
    writeSupergraph(processes, folder, kind, ports),
    seed(urlOf(users), urlOf(orders)),
  ]);
  return { processes: started, ports, files };
}

async function startSubgraph(
  processes: Processes,
  name: string,
  { args, env }: Command,
  port: number,
): Promise<Running> {
  const startedAt = performance.now();
  const running = processes.start(name, args, env);
  await untilIt(running, async () => (await getData(urlOf(port), '{ __typename }')) !== null, startedAt);
  return running;
}

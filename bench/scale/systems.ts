import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createDatabases } from '../../tests/harness/databases.ts';
import { type PostgresServer, runSql, startPostgres } from '../../tests/harness/postgres.ts';
import { answersRightly, getData } from '../ask.ts';
import { page } from '../operations/shop.ts';
import { freePorts, ownEnvironment, type Processes, ROOT, type Running, untilIt } from '../processes.ts';
import { seed } from '../seed.ts';
import { urlOf } from '../supergraph.ts';

const OWN = ownEnvironment(ROOT);
const NOBODY = 'http://127.0.0.1:9/graphql';
const NAMES = ['users', 'orders'] as const;

/** Instances of each subgraph on one database server, and the gateways in front of them. */
export interface ScaledSystem {
  readonly gateways: readonly { readonly running: Running; readonly url: string }[];
  /** Number of instances of each subgraph. */
  readonly instances: number;
  readonly subgraphs: Readonly<Record<(typeof NAMES)[number], readonly Running[]>>;
}

/** Starts a PostgreSQL that syncs every commit, with a schema for each subgraph. */
export async function startServer(after: (hook: () => unknown) => void) {
  const settings = ['shared_preload_libraries=pg_stat_statements', 'pg_stat_statements.track=top'];
  const server = await startPostgres({ after }, { isDurable: true, settings });
  runSql(server.url, 'create extension pg_stat_statements');
  return { server, databases: createDatabases(NAMES, '', 'schema', server.url) };
}

/** Server and locations of the subgraphs' databases. */
export type Storage = { readonly server: PostgresServer; readonly databases: ReadonlyMap<string, string> };

/** Starts a system for each number of gateways and of instances. All share the databases, which the first one fills. */
export async function startSystems(
  processes: Processes,
  folder: string,
  { databases }: Storage,
  counts: { readonly gateways: readonly number[]; readonly instances: readonly number[] },
): Promise<ScaledSystem[]> {
  const systems: ScaledSystem[] = [];
  for (const instances of counts.instances) {
    const [users, orders] = [await freePorts(instances), await freePorts(instances)];
    const subgraphs = {
      users: await startInstances(processes, 'users', users, { USERS_DATABASE: databases.get('users') ?? '' }),
      orders: await startInstances(processes, 'orders', orders, {
        ORDERS_DATABASE: databases.get('orders') ?? '',
        USERS_URL: users.map(urlOf).join(','),
        PRODUCTS_URL: NOBODY,
      }),
    };
    if (systems.length === 0) await seed(urlOf(users[0] ?? 0), urlOf(orders[0] ?? 0));
    const file = join(folder, `supergraph-${instances}.yaml`);
    await writeFile(file, toYaml({ users, orders }));
    for (const count of counts.gateways) {
      const ports = await freePorts(count);
      const gateways = await Promise.all(ports.map((port) => startGateway(processes, port, file)));
      systems.push({ gateways, instances, subgraphs });
    }
  }
  return systems;
}

async function startInstances(
  processes: Processes,
  name: (typeof NAMES)[number],
  ports: readonly number[],
  env: Record<string, string>,
): Promise<Running[]> {
  const starting = ports.map(async (port) => {
    const startedAt = performance.now();
    const main = join(ROOT, 'subgraphs', name, 'src', 'main.ts');
    const running = processes.start(name, [main], { ...OWN, ...env, [`${name.toUpperCase()}_PORT`]: String(port) });
    await untilIt(running, async () => (await getData(urlOf(port), '{ __typename }')) !== null, startedAt);
    return running;
  });
  return await Promise.all(starting);
}

async function startGateway(processes: Processes, port: number, file: string) {
  const main = join(ROOT, 'gateway', 'src', 'main.ts');
  const running = processes.start('gateway', [main], { ...OWN, GATEWAY_PORT: String(port), SUPERGRAPH_FILE: file });
  await untilIt(running, () => answersRightly(urlOf(port), page), performance.now());
  return { running, url: urlOf(port) };
}

// JSON is valid YAML.
function toYaml(ports: Readonly<Record<(typeof NAMES)[number], readonly number[]>>): string {
  const subgraph = (name: (typeof NAMES)[number]) => ({
    routing_urls: ports[name].map(urlOf),
    schema: { file: join(ROOT, 'subgraphs', name, 'schema.graphql') },
  });
  return JSON.stringify({ federation_version: 2, subgraphs: { users: subgraph('users'), orders: subgraph('orders') } });
}

import type { LoadGenerator } from '../load/generate.ts';
import type { Operation } from '../operations/operation.ts';
import { cpuMs } from '../proc-fs.ts';
import type { Running } from '../processes.ts';
import { countConnections, readServer } from './server-figures.ts';
import type { ScaledSystem, Storage } from './systems.ts';

/** Connections of clients, shared out among the gateways. */
export const CONNECTIONS = 64;

/** CPU milliseconds a request of all processes of a kind. */
export interface Costs {
  readonly gateway: number;
  readonly users: number;
  readonly orders: number;
  readonly database: number;
}

/** One measurement of one system. */
export interface ScaleMeasurement {
  readonly operation: string;
  readonly gateways: number;
  readonly instances: number;
  readonly answers: number;
  readonly wrong: number;
  readonly firstWrong: string | undefined;
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly costs: Costs;
  /** Statements a request that subgraphs sent to the database. */
  readonly statements: number;
  /** Connections that the subgraphs of this system and of those measured before it have to the database. */
  readonly connections: number;
}

/** Loads all gateways of a system together, each by a generator of its own, and measures the cost. */
export async function measure(
  { gateways, instances, subgraphs }: ScaledSystem,
  operation: Operation,
  durations: { readonly warmUpSeconds: number; readonly countedSeconds: number },
  generators: readonly LoadGenerator[],
  { server }: Storage,
): Promise<ScaleMeasurement> {
  const groups = { gateway: gateways.map(({ running }) => running), ...subgraphs };
  const snapshot = () => ({ server: readServer(server.url, server.pid), ...mapGroups(groups) });
  let before = snapshot();
  let warm = 0;
  const all = Promise.withResolvers<void>();
  const isWarm = async () => {
    warm += 1;
    if (warm === gateways.length) {
      before = snapshot();
      all.resolve();
    }
    await all.promise;
  };
  const startedAt: number[] = [];
  const order = {
    operation: operation.name,
    keys: 'distinct' as const,
    connections: Math.ceil(CONNECTIONS / gateways.length),
    ...durations,
  };
  const results = await Promise.all(
    gateways.map(async ({ url }, index) => {
      const generator = generators[index];
      if (!generator) throw new Error(`no load generator for gateway ${index}`);
      return await generator.load({ url, ...order }, async () => {
        await isWarm();
        startedAt.push(performance.now());
      });
    }),
  );
  const seconds = (performance.now() - Math.min(...startedAt)) / 1000;
  const after = snapshot();
  const answers = results.reduce((sum, result) => sum + result.answers, 0);
  const each = (count: number) => count / answers;
  return {
    operation: operation.name,
    gateways: gateways.length,
    instances,
    answers,
    wrong: results.reduce((sum, result) => sum + result.wrong, 0),
    firstWrong: results.find((result) => result.firstWrong)?.firstWrong,
    perSecond: answers / seconds,
    p50Ms: Math.max(...results.map(({ p50Ms }) => p50Ms)),
    p99Ms: Math.max(...results.map(({ p99Ms }) => p99Ms)),
    costs: {
      gateway: each(after.gateway - before.gateway),
      users: each(after.users - before.users),
      orders: each(after.orders - before.orders),
      database: each(after.server.cpuMs - before.server.cpuMs),
    },
    statements: each(after.server.statements - before.server.statements),
    connections: countConnections(server.url),
  };
}

function mapGroups(groups: Readonly<Record<'gateway' | 'users' | 'orders', readonly Running[]>>) {
  const sum = (running: readonly Running[]) => {
    for (const each of running) each.assertRuns();
    return running.reduce((total, { pid }) => total + cpuMs(pid), 0);
  };
  return { gateway: sum(groups.gateway), users: sum(groups.users), orders: sum(groups.orders) };
}

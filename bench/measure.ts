import type { LoadGenerator } from './load/generate.ts';
import type { KeyMode, LoadResult } from './load/messages.ts';
import type { Operation } from './operations/operation.ts';
import { cpuMs, residentMb } from './proc-fs.ts';
import type { Running } from './processes.ts';
import type { System, SystemName } from './systems.ts';

/** An operation and the load with which it is measured. */
export interface Cell {
  readonly operation: Operation;
  readonly keys: KeyMode;
  readonly connections: number;
}

/** One measurement of one system under one cell's load. */
export interface Measurement extends LoadResult {
  readonly system: SystemName;
  readonly cell: Cell;
  readonly round: number;
  /** CPU milliseconds per request of each process behind the gateway, in user and system time. */
  readonly subgraphCpuMs: Readonly<Record<string, number>>;
  readonly gatewayCpuMs: number;
  /** Sum over all its processes. */
  readonly systemCpuMs: number;
  /** CPU of the load generator, which is not part of the system. */
  readonly loadCpuMs: number;
  /** Memory of the gateway at the end. */
  readonly gatewayMb: number;
}

/** Durations of a measurement. */
export interface Durations {
  readonly warmUpSeconds: number;
  readonly countedSeconds: number;
}

/** Returns the processes behind the gateway for an operation, or undefined if the system does not serve it. */
export function subgraphsFor({ subgraphs, only }: System, { graph, name }: Operation): readonly Running[] | undefined {
  if (only !== undefined && only !== name) return undefined;
  return graph === 'shop' ? subgraphs.shop : subgraphs.wide;
}

/** Loads a system, and measures the cost. */
export async function measure(
  system: System,
  cell: Cell,
  round: number,
  durations: Durations,
  generator: LoadGenerator,
): Promise<Measurement> {
  const subgraphs = subgraphsFor(system, cell.operation) ?? [];
  const all = [system.gateway, ...subgraphs, generator.running];
  const { keys, connections, operation } = cell;
  let before: number[] = [];
  const result = await generator.load(
    { url: system.url, operation: operation.name, keys, connections, ...durations },
    () => {
      before = all.map(({ pid }) => cpuMs(pid));
    },
  );
  for (const running of all) running.assertRuns();
  const used = all.map(({ pid }, index) => (cpuMs(pid) - (before[index] ?? 0)) / result.answers);
  const systemCpu = used.slice(0, -1);
  return {
    ...result,
    system: system.name,
    cell,
    round,
    gatewayCpuMs: used[0] ?? Number.NaN,
    subgraphCpuMs: Object.fromEntries(subgraphs.map(({ name }, index) => [name, used[index + 1] ?? Number.NaN])),
    systemCpuMs: systemCpu.reduce((sum, ms) => sum + ms, 0),
    loadCpuMs: used.at(-1) ?? Number.NaN,
    gatewayMb: residentMb(system.gateway.pid),
  };
}

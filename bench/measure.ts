import type { LoadGenerator } from './load/generate.ts';
import type { KeyMode, LoadResult } from './load/messages.ts';
import type { Operation } from './operations/operation.ts';
import { cpuMs, residentMb } from './proc-fs.ts';
import type { Running } from './processes.ts';
import type { System, SystemName } from './systems.ts';

/** What is asked, and how. */
export interface Cell {
  readonly operation: Operation;
  readonly keys: KeyMode;
  readonly connections: number;
}

/** One system under one cell's load, once. */
export interface Measurement extends LoadResult {
  readonly system: SystemName;
  readonly cell: Cell;
  readonly round: number;
  /** CPU milliseconds a request of each process behind the gateway, user and system time. */
  readonly subgraphCpuMs: Readonly<Record<string, number>>;
  readonly gatewayCpuMs: number;
  /** Of all its processes together. */
  readonly systemCpuMs: number;
  /** Of the load generator, which is no part of the system. */
  readonly loadCpuMs: number;
  /** The gateway's memory at the end. */
  readonly gatewayMb: number;
}

/** How long one measurement takes. */
export interface Durations {
  readonly warmUpSeconds: number;
  readonly countedSeconds: number;
}

/** The processes that answer this operation behind the gateway; undefined where the system doesn't have it. */
export function subgraphsFor({ subgraphs }: System, { graph }: Operation): readonly Running[] | undefined {
  return graph === 'shop' ? subgraphs.shop : subgraphs.wide;
}

/** Loads one system, and says what that cost. */
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

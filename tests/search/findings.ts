import type { Entrance, SearchedGraph } from './graphs/searched-graph.ts';
import { bytesOf, type Operation } from './operations/document.ts';
import { type Attack, attack, renamed } from './processes/attack.ts';
import type { Reading } from './processes/probe-messages.ts';
import type { ServedGraph } from './served-graph.ts';

/** Bounds of one operation in each process. */
export const BOUNDS = { blockedMs: 100, peakMb: 100, keptMb: 100 };

/** Figures of an operation in one process: medians of several runs. */
export interface Figures {
  /** Longest time for which the event loop was blocked, in CPU time. */
  readonly blockedMs: number;
  /** CPU time of the main thread, and of all threads. */
  readonly cpuMs: number;
  readonly processMs: number;
  readonly peakMb: number;
}

/** Cost of an operation in one process. */
export interface Finding {
  readonly graph: string;
  readonly entrance: string;
  readonly process: string;
  readonly operation: Operation;
  readonly bytes: number;
  readonly status: number;
  readonly outputBytes: number;
  /** Figures of an unknown operation, which is parsed, validated, planned and compiled. */
  readonly first: Figures;
  /** Figures of a known one. */
  readonly second: Figures;
  /** Memory that is still in use after as many near-copies, if they were sent. */
  readonly keptMb?: number | undefined;
}

const RUNS = 3;
/** Number of near-copies of an operation that are sent to see what they leave in caches. */
export const COPIES = 50;

let renamings = 0;

/** Returns a copy of an operation that the processes don't know yet. */
export function unknown(operation: Operation): Operation {
  renamings += 1;
  return renamed(operation, `N${renamings.toString(36)}`);
}

/** Returns true if a finding is above a bound. */
export function isAboveBounds({ first, second, keptMb = 0 }: Finding): boolean {
  const blockedMs = Math.max(first.blockedMs, second.blockedMs);
  const peakMb = Math.max(first.peakMb, second.peakMb);
  return blockedMs > BOUNDS.blockedMs || peakMb > BOUNDS.peakMb || keptMb > BOUNDS.keptMb;
}

/** Place that an operation is sent to, and the operation. */
export type Attempt = Pick<Finding, 'graph' | 'entrance' | 'operation'>;

/** Measures an operation several times, with garbage collected before each. */
export async function measure(attempt: Attempt, served: ServedGraph): Promise<Finding[]> {
  const runs: [first: Attack, second: Attack][] = [];
  while (runs.length < RUNS && !runs.at(-1)?.some(({ isBroken }) => isBroken)) {
    runs.push(await attackTwice(attempt, served, true));
  }
  return findingsOf(attempt, runs);
}

/** Measures an operation as one that is unknown, and then as a known one. */
export async function measureOnce(attempt: Attempt, served: ServedGraph): Promise<Finding[]> {
  return findingsOf(attempt, [await attackTwice(attempt, served, false)]);
}

/** Runs of an operation: each as an unknown one, and then as a known one. */
export type Runs = readonly (readonly [first: Attack, second: Attack])[];

/** Returns the medians of the runs for each process. */
export function findingsOf(attempt: Attempt, runs: Runs): Finding[] {
  const [example] = runs[0] ?? [];
  if (!example) return [];
  return [...example.readings.keys()].map((process) => ({
    ...{ graph: attempt.graph, entrance: attempt.entrance, process, operation: attempt.operation },
    bytes: bytesOf(attempt.operation),
    status: example.status,
    outputBytes: example.outputBytes,
    first: figuresOf(runs.map(([first]) => first.readings.get(process))),
    second: figuresOf(runs.map(([, second]) => second.readings.get(process))),
  }));
}

async function attackTwice(
  { entrance, operation }: Attempt,
  served: ServedGraph,
  collect: boolean,
): Promise<[first: Attack, second: Attack]> {
  const copy = unknown(operation);
  const once = async () => {
    const graph = await served.get();
    const result = await attack(graph, entranceOf(graph, entrance), copy, { collect });
    if (result.isBroken) await served.stop();
    return result;
  };
  const first = await once();
  return [first, first.isBroken ? first : await once()];
}

/** Measures what the processes keep of many near-copies of an operation, in MB by process. */
export async function measureKept(
  { entrance: name, operation }: Attempt,
  served: ServedGraph,
  copies = COPIES,
): Promise<Map<string, number>> {
  const graph = await served.get();
  const entrance = entranceOf(graph, name);
  const processes = graph.processes.filter(({ name }) => entrance.reaches.includes(name));
  const used = () => Promise.all(processes.map((process) => process.usedMb()));
  const before = await used();
  for (let copy = 0; copy < copies; copy++) {
    const { isBroken } = await attack(graph, entrance, unknown(operation));
    if (!isBroken) continue;
    await served.stop();
    return new Map();
  }
  const after = await used();
  return new Map(processes.map(({ name }, index) => [name, (after[index] ?? 0) - (before[index] ?? 0)]));
}

export function entranceOf({ entrances }: SearchedGraph, name: string): Entrance {
  const entrance = entrances.find((candidate) => candidate.name === name);
  if (!entrance) throw new Error(`no entrance ${name}`);
  return entrance;
}

function figuresOf(readings: readonly (Reading | undefined)[]): Figures {
  const middle = (figure: (reading: Reading) => number) =>
    median(readings.flatMap((reading) => (reading ? [figure(reading)] : [])));
  return {
    blockedMs: middle(({ blockedCpuMs }) => blockedCpuMs),
    cpuMs: middle(({ cpuMs }) => cpuMs),
    processMs: middle(({ processMs }) => processMs),
    peakMb: middle(({ peakMb }) => peakMb),
  };
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

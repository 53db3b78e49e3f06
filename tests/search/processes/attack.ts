import { parse } from 'graphql';
import { residentMb } from '../../harness/memory.ts';
import type { Entrance, SearchedGraph } from '../graphs/searched-graph.ts';
import type { Operation } from '../operations/document.ts';
import type { Reading } from './probe-messages.ts';
import type { ProbedProcess } from './probed-process.ts';

/** A process that grows by this much is killed, so that the search doesn't take the machine with it. */
const KILLED_AT_MB = 1000;
const WATCHED_EVERY_MS = 100;
/** Longer than any operation may take by the default settings. */
const ANSWERED_WITHIN_MS = 15_000;

/** Figures of one request. */
export interface Attack {
  /** HTTP status; 0 if there was no answer. */
  readonly status: number;
  readonly outputBytes: number;
  /** Figures by process. One that had to be killed has those that it was killed for. */
  readonly readings: ReadonlyMap<string, Reading>;
  /** True if a process was killed or is still busy: the graph has to be started again. */
  readonly isBroken: boolean;
}

const KILLED: Reading = { blockedCpuMs: 0, blockedMs: 0, cpuMs: 0, processMs: 0, peakMb: KILLED_AT_MB, isIdle: false };

/** Sends an operation and measures what it takes in each process that can work for it. */
export async function attack(
  graph: SearchedGraph,
  entrance: Entrance,
  operation: Operation,
  { collect = false } = {},
): Promise<Attack> {
  const processes = graph.processes.filter(({ name }) => entrance.reaches.includes(name));
  await Promise.all(processes.map((process) => process.begin(collect)));
  const stopWatching = watch(processes);
  const { status, outputBytes } = await send(entrance, operation);
  const readings = new Map<string, Reading>();
  await Promise.all(
    processes.map(async (process) => readings.set(process.name, await process.end().catch(() => KILLED))),
  );
  stopWatching();
  return { status, outputBytes, readings, isBroken: [...readings.values()].some(({ isIdle }) => !isIdle) };
}

/** Kills processes that grow without end, until it is stopped. */
function watch(processes: readonly ProbedProcess[]): () => void {
  const watched = processes.map(({ process }) => ({ process, limit: residentMb(process) + KILLED_AT_MB }));
  const timer = setInterval(() => {
    for (const { process, limit } of watched)
      if (isRunning(process.pid) && residentMb(process) > limit) void process.stop('SIGKILL');
  }, WATCHED_EVERY_MS);
  return () => clearInterval(timer);
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

async function send(
  { url, headers }: Entrance,
  operation: Operation,
): Promise<{ status: number; outputBytes: number }> {
  let [status, outputBytes] = [0, 0];
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(operation),
      signal: AbortSignal.timeout(ANSWERED_WITHIN_MS),
    });
    status = response.status;
    for await (const chunk of response.body ?? []) outputBytes += chunk.length;
  } catch {
    // The process has no answer or was killed: its readings say so.
  }
  return { status, outputBytes };
}

/**
 * Returns a copy of an operation that no process knows: the last operation has another name, which has to be compiled anew.
 */
export function renamed({ query, variables, operationName }: Operation, name: string): Operation {
  const operations = parse(query).definitions.filter((definition) => definition.kind === 'OperationDefinition');
  const last = operations.at(-1);
  if (!last?.loc) throw new Error(`no operation in ${query}`);
  const { start } = last.loc;
  const rest = last.name?.loc ? query.slice(last.name.loc.end) : query.slice(start).replace(/^(query|mutation)\b/, '');
  const keyword = last.operation;
  return {
    query: `${query.slice(0, start)}${keyword} ${name}${rest}`,
    ...(variables && { variables }),
    ...(operationName !== undefined && { operationName: name }),
  };
}

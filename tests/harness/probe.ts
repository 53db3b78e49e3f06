import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ROOT, type RunningProcess } from './process.ts';

/** Environment of a process whose event loop is measured: see event-loop-probe.ts. */
export const PROBE_OPTIONS = {
  NODE_OPTIONS: `--import=${pathToFileURL(join(ROOT, 'tests', 'harness', 'event-loop-probe.ts')).href}`,
};

/** Measured in a process since it was last read. */
export interface ProbeReading {
  /** Longest time for which the event loop was blocked. */
  readonly heldMs: number;
  /** Most CPU time of the main thread in a turn of the event loop. */
  readonly busyMs: number;
}

/** Reads the probe of a process that was started with {@link PROBE_OPTIONS}. */
export async function readProbe({ pid, logs, logged }: RunningProcess): Promise<ProbeReading> {
  const already = logs.length;
  process.kill(pid, 'SIGUSR2');
  const { heldMs, busyMs } = await logged((line) => line.msg === 'probe' && logs.indexOf(line) >= already);
  return { heldMs: Number(heldMs), busyMs: Number(busyMs) };
}

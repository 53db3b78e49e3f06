import { readFileSync } from 'node:fs';
import type { RunningProcess } from './process.ts';

/** Returns the processor time that the main thread of a process has taken, in milliseconds; 0 if the system has no proc(5). */
export function mainThreadMs({ pid }: RunningProcess): number {
  if (process.platform !== 'linux') return 0;
  const [nanoseconds] = readFileSync(`/proc/${pid}/task/${pid}/schedstat`, 'utf8').split(' ');
  return Number(nanoseconds) / 1e6;
}

import { readFileSync } from 'node:fs';
import type { RunningProcess } from './process.ts';

/** Returns the resident memory of a process in MB (2^20 bytes); 0 if the system has no proc(5). */
export function residentMb({ pid }: RunningProcess): number {
  if (process.platform !== 'linux') return 0;
  const [, kilobytes] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Math.round(Number(kilobytes) / 1024);
}

import { readFileSync } from 'node:fs';
import type { RunningProcess } from './process.ts';

/** The memory of a process that is in RAM, in MB (2^20 bytes); 0 where the system doesn't tell it in proc(5). */
export function residentMb({ pid }: RunningProcess): number {
  if (process.platform !== 'linux') return 0;
  const [, kilobytes] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Math.round(Number(kilobytes) / 1024);
}

import { readFileSync } from 'node:fs';

/** What `sysconf(_SC_CLK_TCK)` gives on every Linux that Node runs on. */
const TICKS_A_SECOND = 100;
const UTIME = 14;
const STIME = 15;

/** The CPU time that a process has used so far, user and system, in milliseconds: proc(5), /proc/PID/stat. */
export function cpuMs(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The second field is the command's name in brackets, which may hold blanks.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const field = (number: number) => Number(fields[number - 3]);
  return ((field(UTIME) + field(STIME)) * 1000) / TICKS_A_SECOND;
}

/** The memory of a process that is in RAM, in MB (2^20 bytes). */
export function residentMb(pid: number): number {
  const [, kilobytes] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kilobytes) / 1024;
}

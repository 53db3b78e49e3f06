import { readFileSync } from 'node:fs';

/** Value of `sysconf(_SC_CLK_TCK)` on every Linux that Node supports. */
const TICKS_A_SECOND = 100;
const PPID = 4;
const UTIME = 14;
const STIME = 15;
const CUTIME = 16;
const CSTIME = 17;

/** Returns the user and system CPU time of a process in milliseconds: https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html */
export function cpuMs(pid: number): number {
  return ticksMs(pid, UTIME, STIME);
}

/** Returns the CPU time of a process's children that have ended. */
export function endedChildrenCpuMs(pid: number): number {
  return ticksMs(pid, CUTIME, CSTIME);
}

export function parentOf(pid: number): number {
  return fieldOf(pid, PPID);
}

function ticksMs(pid: number, user: number, system: number): number {
  return ((fieldOf(pid, user) + fieldOf(pid, system)) * 1000) / TICKS_A_SECOND;
}

function fieldOf(pid: number, number: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The second field is the command's name in parentheses, which may contain blanks.
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[number - 3]);
}

/** Returns the resident memory of a process in MB (2^20 bytes). */
export function residentMb(pid: number): number {
  const [, kilobytes] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kilobytes) / 1024;
}

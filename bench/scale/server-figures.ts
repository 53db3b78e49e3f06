import { readdirSync, readFileSync } from 'node:fs';
import { runSql } from '../../tests/harness/postgres.ts';
import { cpuMs } from '../proc-fs.ts';

/** Counts of a PostgreSQL server, which grow. */
export interface ServerCounts {
  /** CPU milliseconds of all its processes. */
  readonly cpuMs: number;
  /** Statements, each a round trip: those that begin and end transactions included. */
  readonly statements: number;
}

/** Reads the counts of a server that has loaded pg_stat_statements. */
export function readServer(url: string, pid: number): ServerCounts {
  const statements = "select coalesce(sum(calls), 0) from pg_stat_statements where query not like '%pg_stat%'";
  const count = Number(runSql(url, statements));
  return { cpuMs: [pid, ...childrenOf(pid)].reduce((sum, each) => sum + cpuMs(each), 0), statements: count };
}

/** Returns the number of connections that subgraphs have open. */
export function countConnections(url: string): number {
  return Number(runSql(url, "select count(*) from pg_stat_activity where application_name = 'lockstep'"));
}

function childrenOf(parent: number): number[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.map(Number).filter((pid) => parentOf(pid) === parent);
}

/** Returns the fourth field of /proc/PID/stat; undefined if the process has ended meanwhile. */
function parentOf(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
  } catch {
    return undefined;
  }
}

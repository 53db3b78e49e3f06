import { readdirSync } from 'node:fs';
import { runSql } from '../../tests/harness/postgres.ts';
import { cpuMs, endedChildrenCpuMs, parentOf } from '../proc-fs.ts';

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
  return { cpuMs: endedChildrenCpuMs(pid) + sum([pid, ...childrenOf(pid)].map(cpuOf)), statements: count };
}

/** Returns the number of connections that subgraphs have open. */
export function countConnections(url: string): number {
  return Number(runSql(url, "select count(*) from pg_stat_activity where application_name = 'lockstep'"));
}

function childrenOf(parent: number): number[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.map(Number).filter((pid) => unlessEnded(() => parentOf(pid)) === parent);
}

function cpuOf(pid: number): number {
  return unlessEnded(() => cpuMs(pid)) ?? 0;
}

/** Returns undefined if the process has ended meanwhile. */
function unlessEnded(read: () => number): number | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

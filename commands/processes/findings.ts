import { existsSync, readFileSync, statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import type { OpenBreaker } from '@lockstep/runtime/process-state.ts';
import { isPostgresUrl } from '@lockstep/subgraph-kit/database/engines/postgres-url.ts';
import { findStuckCheckouts, type StuckCheckout } from '../databases/checkout-check.ts';
import { findDatabaseFiles, listDatabases } from '../databases/find-databases.ts';
import { CommandError } from '../terminal/command.ts';
import { counted } from '../terminal/counted.ts';
import type { App } from './apps.ts';
import type { Finding } from './finding.ts';
import { whyNotReady } from './probe.ts';
import type { Project } from './project.ts';
import { isGivenUp, isReady, type ListedProcess } from './running.ts';
import { findUnfinished } from './unfinished.ts';

/** Time for which a process may start, or a checkout go on, before that is a finding. */
const PATIENCE_MS = 30_000;
/** Free space below which a disk counts as nearly full. */
const LOW_SPACE_BYTES = 1e9;

/** Looks at each process, at the checkouts and at the disks. */
export async function findAll({ apps, processes }: Project): Promise<Finding[]> {
  const ofApps = await Promise.all(
    apps.map(async (app) => {
      const own = processes.filter(({ name }) => name === app.name);
      if (own.length === 0) return [{ about: app.name, isHealthy: false, text: 'is not started', advice: 'npm start' }];
      const found = own.map(async (process) => [await assess(app, process), ...process.openBreakers.map(toFinding)]);
      return [...(await Promise.all(found)).flat(), ...findInstances(own)];
    }),
  );
  return [...ofApps.flat(), ...(await findUnfinished(apps)), ...(await findStuck(apps)), ...findFullDisks(apps)];
}

async function assess(app: App, process: ListedProcess): Promise<Finding> {
  const { name: about, pid, status, probe, restarts } = process;
  const since = new Date(process.since).toISOString();
  const problem = (text: string, advice: string) => ({ about, isHealthy: false, text, since, advice });
  if (status === 'stopped') return { about, isHealthy: false, text: 'is stopped', advice: 'npm start' };
  if (isGivenUp(process))
    return problem(
      `has exited for good: ${lastErrorOf(app)}`,
      'mend what the error says (npm run logs), then npm start',
    );
  // Between two starts pm2 waits, for restart_delay in ecosystem.config.js.
  if (status !== 'online' && status !== 'waiting restart')
    return problem(`has exited; ${lastErrorOf(app)}`, `npm run logs, then npm start`);
  const age = Date.now() - process.since;
  if (!isReady(process) && (restarts > 0 || age > PATIENCE_MS))
    return problem(
      `does not get ready, and was restarted ${counted(restarts, 'time')}; ${lastErrorOf(app)}`,
      'npm run logs',
    );
  if (!isReady(process)) return problem('is starting', 'npm run status, in a moment');
  const reason = await whyNotReady(probe);
  if (reason !== undefined) return problem(`is online, but ${probe} says: ${reason}`, `npm run restart ${about}`);
  const crashes = restarts > 0 ? `, restarted ${counted(restarts, 'time')}` : '';
  return { about, isHealthy: true, text: `is online and ready, process ${pid}${crashes}`, since };
}

function toFinding({ subgraph, since }: OpenBreaker): Finding {
  const text = 'is not called, because its calls failed: a circuit breaker of the gateway is open';
  return { about: `subgraph ${subgraph}`, isHealthy: false, text, since, advice: `npm run logs` };
}

/** Returns a finding for each instance of the subgraphs that an app calls; of several processes, one may leave it out. */
function findInstances(processes: readonly ListedProcess[]): Finding[] {
  const all = Map.groupBy(
    processes.flatMap(({ name, instances }) => instances.map((state) => ({ ...state, name }))),
    ({ subgraph, instance }) => `${subgraph} at ${instance}`,
  );
  return [...all].map(([about, states]) => {
    const [state = { name: '', leftOutSince: undefined }] = states.toSorted((a) => (a.leftOutSince ? -1 : 1));
    if (!state.leftOutSince) return { about, isHealthy: true, text: `is called by ${state.name}` };
    const text = `is left out by ${state.name}, because it failed or did not answer`;
    return { about, isHealthy: false, text, since: state.leftOutSince, advice: `npm run logs` };
  });
}

function lastErrorOf({ error_file: file }: App): string {
  const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n') : [];
  const last = lines.findLast((line) => /\b(FATAL|ERROR|Error|fatal|error)\b/.test(line));
  return last === undefined ? `nothing is in ${file}` : `its last error: ${last.trim()}`;
}

async function findStuck(apps: readonly App[]): Promise<Finding[]> {
  const orders = listDatabases(apps).find(({ name }) => name === 'orders');
  if (!orders || !(isPostgresUrl(orders.location) || existsSync(orders.location))) return [];
  try {
    return (await findStuckCheckouts(orders.location)).filter(isOld).map(toStuck);
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    const text = `its checkouts can't be looked at: ${error.message}`;
    return [{ about: orders.name, isHealthy: false, text, advice: 'npm run logs' }];
  }
}

function isOld({ since }: StuckCheckout): boolean {
  return Date.now() - Date.parse(since) > PATIENCE_MS;
}

function toStuck({ orderId, state, since, problem }: StuckCheckout): Finding {
  const text = `its checkout is stuck in ${state}: ${problem ?? 'nothing works on it'}`;
  return { about: `order ${orderId}`, isHealthy: false, text, since, advice: 'npm run orders:stuck' };
}

function findFullDisks(apps: readonly App[]): Finding[] {
  const files = [...findDatabaseFiles(apps).map(({ path }) => path), ...apps.map(({ out_file: log }) => log)];
  const folders = new Set(files.map((file) => dirname(file)).filter((folder) => existsSync(folder)));
  return [...folders].flatMap((folder) => {
    const { bavail, bsize } = statfsSync(folder);
    if (bavail * bsize >= LOW_SPACE_BYTES) return [];
    const text = `has ${Math.floor((bavail * bsize) / 1e6)} MB left: nothing can be written once it is full`;
    return [{ about: `the disk of ${folder}`, isHealthy: false, text, advice: `df ${folder}` }];
  });
}

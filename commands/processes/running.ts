import {
  type InstanceState,
  type OpenBreaker,
  parseInstances,
  parseOpenBreakers,
} from '@lockstep/runtime/process-state.ts';
import type { ProcessDescription } from 'pm2';
import type { App } from './apps.ts';
import { type GivenVariables, isOfSession, valuesOf } from './environment.ts';

// A process as pm2's list describes it.

/** Part of pm2's description that its types lack (7.0.4). */
interface Details {
  status?: string;
  pm_uptime?: number;
  restart_time?: number;
  env?: Record<string, string>;
  env_given?: GivenVariables;
  axm_monitor?: { state?: Metric; probe?: Metric; 'open circuit breakers'?: Metric; instances?: Metric };
}

interface Metric {
  value: string;
}

/** Process as pm2 lists it. */
export interface ListedProcess {
  /** Name of its app. */
  readonly name: string;
  /** Its id in pm2. */
  readonly id: number;
  /** Its id in the system; 0 if it was stopped. */
  readonly pid: number;
  /** State in pm2, which is `online` while the process runs. */
  readonly status: string;
  /** Report of the process itself: `ready`, or nothing yet. */
  readonly state: string | undefined;
  /** URL of its readiness probe, if it is ready. */
  readonly probe: string;
  readonly openBreakers: readonly OpenBreaker[];
  /** Instances of the subgraphs that it calls, if they have several. */
  readonly instances: readonly InstanceState[];
  /** Time at which it was started last, in milliseconds since 1970. */
  readonly since: number;
  /** Number of times that pm2 restarted it because it exited. */
  readonly restarts: number;
  readonly env: Readonly<Record<string, string>>;
  /** Variables that it was given; undefined if an older version of the project started it. */
  readonly given: GivenVariables | undefined;
}

/** Reads pm2's description of a process. */
export function toListed({ name = '', pm_id: id = -1, pid = 0, pm2_env }: ProcessDescription): ListedProcess {
  const details = (pm2_env ?? {}) as Details;
  const {
    status = '',
    pm_uptime: since = 0,
    restart_time: restarts = 0,
    env = {},
    env_given: given,
    axm_monitor: metrics,
  } = details;
  return {
    name,
    id,
    pid,
    status,
    state: status === 'online' ? metrics?.state?.value : undefined,
    probe: metrics?.probe?.value ?? '',
    openBreakers: parseOpenBreakers(metrics?.['open circuit breakers']?.value),
    instances: status === 'online' ? parseInstances(metrics?.instances?.value) : [],
    since,
    restarts,
    env,
    given,
  };
}

/** Returns true if exactly the processes that the app has to have are ready, in the environment that it has now. */
export function isAsWanted(app: App, processes: readonly ListedProcess[]): boolean {
  const own = processes.filter(({ name }) => name === app.name);
  return (
    own.length === (app.instances ?? 1) && own.every((process) => isReady(process) && hasEnvironment(process, app))
  );
}

/** Returns true if the process has said that it answers requests. */
export function isReady({ state }: ListedProcess): boolean {
  return state === 'ready';
}

/**
 * Returns true if pm2 doesn't start the process again, because it exited with one of `stop_exit_codes`. pm2 says all the same that
 * it waits to restart it (7.0.4, lib/God.js, handleExit).
 */
export function isGivenUp({ status, pid }: ListedProcess): boolean {
  return status === 'waiting restart' && pid === 0;
}

function hasEnvironment({ env, given }: ListedProcess, app: App): boolean {
  const names = Object.keys({ ...app.env, ...(given && valuesOf(given)) });
  return names.every((name) => isOfSession(name) || env[name] === app.env[name]);
}

/**
 * Returns the variables that the app's processes were given, or those of the project's youngest process if the app has none
 * yet.
 */
export function givenTo(name: string, processes: readonly ListedProcess[]): GivenVariables | undefined {
  const youngest = processes.filter(({ given }) => given).toSorted((a, b) => b.since - a.since || b.id - a.id);
  return (youngest.find((process) => process.name === name) ?? youngest[0])?.given;
}

import { spawn } from 'node:child_process';
import type { EventEmitter } from 'node:events';
import { createRequire } from 'node:module';
import { dirname, join, sep } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import type pm2Module from 'pm2';
import type { ProcessDescription } from 'pm2';
import manifest from '../../package.json' with { type: 'json' };
import { CommandError } from '../terminal/command.ts';
import { type App, ROOT } from './apps.ts';
import { sessionOf } from './environment.ts';
import { hasSocket, PM2_HOME, requireWritableHome } from './pm2-home.ts';

const require = createRequire(import.meta.url);
const PM2_COMMAND = join(dirname(require.resolve('pm2/package.json')), 'bin', 'pm2');
const MINIMUM_NODE = manifest.config.minimumNode;
const OWN_PM2 = 'give this project a pm2 of its own: set PM2_HOME to a folder for it, for every command';

const REPAIR = 'The processes end with it; npm start starts them again.';
/** Event of pm2's connection to its daemon (axon) once that is lost. */
const LOST = 'reconnect attempt';

/** Longer than a process may take to stop: `kill_timeout` twice. */
const ANSWER_TIMEOUT_MS = 45_000;

/** The part of pm2's own client (7.0.4) that its types lack: calls to the daemon. */
declare module 'pm2' {
  const Client: {
    executeRemote<Result>(method: string, argument: unknown, done: (error: Error | null, result: Result) => void): void;
    pingDaemon(done: (isAlive: boolean) => void): void;
    /** Connection to the daemon, once there has been one. */
    client_sock: EventEmitter & { connected: boolean; close(): void };
  };
}

/** Loads pm2, which then makes its folder. */
const loadPm2 = (): typeof pm2Module => require('pm2');

/** Connects to pm2's daemon for as long as the work takes, starting it if there is none. */
export async function withDaemon<Result>(work: () => Promise<Result>): Promise<Result> {
  if (!(await isDaemonAlive())) {
    requireWritableHome();
    await runPm2(['ping', '--silent'], daemonEnvironment());
  }
  const pm2 = loadPm2();
  await promisify<boolean>(pm2.connect).call(pm2, false);
  try {
    return await work();
  } finally {
    disconnect();
  }
}

/** Disconnects from pm2's daemon. If that has ended, pm2's client would try to connect for ever (7.0.4). */
function disconnect(): void {
  const pm2 = loadPm2();
  const { client_sock: socket } = pm2.Client;
  if (socket.connected) pm2.disconnect();
  else socket.once('connect', () => socket.close()).close();
}

/**
 * Returns the processes that pm2 has for these apps of this folder.
 *
 * @throws {CommandError} if pm2 has a process of that name from another folder: pm2 tells processes apart by name
 */
export async function listProcesses(apps: readonly App[]): Promise<ProcessDescription[]> {
  const named = await listNamed(apps);
  const foreign = named.find((process) => !isOwn(process));
  if (foreign) {
    throw new CommandError(
      `pm2 already has a process "${foreign.name}" from ${foreign.pm2_env?.pm_cwd}, and knows processes by name. ` +
        `Delete that one, or ${OWN_PM2}.`,
    );
  }
  return named;
}

/** Returns the processes that pm2 has for these apps of this folder, whatever else has their names. */
export async function listOwnProcesses(apps: readonly App[]): Promise<ProcessDescription[]> {
  return (await listNamed(apps)).filter(isOwn);
}

async function listNamed(apps: readonly App[]): Promise<ProcessDescription[]> {
  const all = await call<ProcessDescription[]>('getMonitorData', {});
  return all.filter(({ name }) => apps.some((app) => app.name === name));
}

function isOwn({ pm2_env: env }: ProcessDescription): boolean {
  return env?.pm_cwd === ROOT;
}

/** Returns the processes that pm2 has for programs of this folder that are in no app: an older ecosystem.config.js had them. */
export async function listFormerProcesses(apps: readonly App[]): Promise<ProcessDescription[]> {
  const all = await call<ProcessDescription[]>('getMonitorData', {});
  const folders = ['gateway', 'subgraphs'].map((folder) => join(ROOT, folder, sep));
  return all.filter(({ name, pm2_env: env }) => {
    const isOfFolder = folders.some((folder) => env?.pm_exec_path?.startsWith(folder));
    return isOfFolder && env?.pm_cwd === ROOT && !apps.some((app) => app.name === name);
  });
}

/**
 * Ends a pm2 daemon that runs on a Node too old for the gateway, which in cluster mode runs on the daemon's Node. pm2 then
 * starts a daemon on this Node.
 *
 * @throws {CommandError} if the old daemon runs processes
 */
export async function requireFittingDaemon(): Promise<void> {
  const report = await withDaemon(() => call<{ node_version: string; managed_apps: number }>('getReport', {}));
  if (Number.parseInt(report.node_version, 10) >= MINIMUM_NODE) return;
  if (report.managed_apps > 0) {
    throw new CommandError(
      `The pm2 that runs already runs on Node ${report.node_version}, and in cluster mode so do its processes; the ` +
        `gateway needs Node ${MINIMUM_NODE}. Either ${OWN_PM2}; or renew that pm2, which restarts what it runs: npx pm2 update`,
    );
  }
  await runPm2(['kill', '--silent'], daemonEnvironment());
}

/** Runs pm2's own command line, on the Node that runs this. Resolves with its exit code. */
export function runPm2(args: readonly string[], env = process.env): Promise<number> {
  const child = spawn(process.execPath, [PM2_COMMAND, ...args], { cwd: ROOT, stdio: 'inherit', env });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
}

/**
 * Returns the environment of a new daemon. It has nothing that the project is configured by, because in cluster mode
 * processes inherit the daemon's variables, for ever. After a crash the daemon runs `node $_ update` to come back (pm2
 * 7.0.4), and in a shell `_` is the program that was typed: npm would update the project's packages.
 *
 * Processes accept connections by themselves. If the daemon does and hands them over, those on their way to a process that is
 * killed hang for ever, and while the daemon hangs no connection gets in
 * (https://nodejs.org/api/cluster.html#clusterschedulingpolicy).
 */
function daemonEnvironment(): NodeJS.ProcessEnv {
  return {
    ...sessionOf(process.env),
    NODE_CLUSTER_SCHED_POLICY: 'none',
    PM2_NODE_OPTIONS: '--require=./commands/processes/pm2-log.cjs', // pm2 splits it at spaces, which ROOT may have
    _: PM2_COMMAND,
  };
}

/** Resolves with true if pm2's daemon runs. @throws {CommandError} if it hangs */
export async function isDaemonAlive(): Promise<boolean> {
  return hasSocket() && inTime(new Promise((resolve) => loadPm2().Client.pingDaemon(resolve)));
}

/**
 * Calls a method of pm2's daemon.
 *
 * @throws {CommandError} if the daemon doesn't answer
 */
export async function call<Result>(method: string, argument: unknown): Promise<Result> {
  const { promise: answer, resolve, reject } = Promise.withResolvers<Result>();
  const lose = () => reject(new CommandError(`pm2 has ended meanwhile; its log is ${PM2_HOME}/pm2.log. ${REPAIR}`));
  const { Client: client } = loadPm2();
  const { client_sock: socket } = client;
  socket.once(LOST, lose);
  client.executeRemote<Result>(method, argument, (error, result) => (error ? reject(error) : resolve(result)));
  try {
    return await inTime(answer);
  } finally {
    socket.off(LOST, lose);
  }
}

async function inTime<Result>(answer: Promise<Result>): Promise<Result> {
  const timer = new AbortController();
  const late = delay(ANSWER_TIMEOUT_MS, undefined, { signal: timer.signal }).then(() => {
    throw new CommandError(
      `pm2 doesn't answer for ${ANSWER_TIMEOUT_MS / 1000} s; its log is ${PM2_HOME}/pm2.log, and its process is in pm2.pid`,
    );
  });
  late.catch(() => {}); // it was in time
  try {
    return await Promise.race([answer, late]);
  } finally {
    timer.abort();
  }
}

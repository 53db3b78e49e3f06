import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** Root folder of the project. */
export const ROOT = dirname(import.meta.dirname);

export const HOST = '127.0.0.1';

/** Returns the environment of Lockstep's own processes: the compile cache of ecosystem.config.js, and no log lines. */
export function ownEnvironment(root: string): Record<string, string> {
  const { apps }: { apps: { env: Record<string, string> }[] } = createRequire(import.meta.url)(
    join(root, 'ecosystem.config.js'),
  );
  return { NODE_COMPILE_CACHE: apps[0]?.env.NODE_COMPILE_CACHE ?? '', LOG_LEVEL: 'warn' };
}

/** Time limit for a stop, longer than any system takes to finish requests in flight. */
const STOP_TIMEOUT_MS = 5000;
const SHOWN_OUTPUT = 2000;

/** A process that the bench has started. */
export interface Running {
  readonly name: string;
  readonly pid: number;
  readonly child: ChildProcess;
  /** Throws with the end of its output if it has ended. */
  assertRuns(): void;
  stop(): Promise<void>;
}

/** All processes of a run of the bench, so that every one is stopped. */
export class Processes {
  readonly #running = new Set<Running>();
  readonly #stopping = new AbortController();

  /** Aborted when no more processes may be started. */
  get stopping(): AbortSignal {
    return this.#stopping.signal;
  }

  /**
   * Starts Node on a script in a clean environment, so that the caller's settings do not affect the measurements.
   *
   * @param ipc opens a channel for messages
   */
  start(
    name: string,
    args: readonly string[],
    env: Record<string, string> = {},
    { ipc = false, cwd = ROOT }: { ipc?: boolean; cwd?: string } = {},
  ): Running {
    this.stopping.throwIfAborted();
    const child = spawn(process.execPath, args, {
      cwd,
      env: { PATH: process.env.PATH, NODE_ENV: 'production', APOLLO_TELEMETRY_DISABLED: '1', ...env },
      stdio: ['ignore', 'pipe', 'pipe', ...(ipc ? ['ipc' as const] : [])],
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        output = (output + text).slice(-SHOWN_OUTPUT);
      });
    }
    child.on('error', (error) => {
      output += error.message;
    });
    const running: Running = {
      name,
      pid: child.pid ?? 0,
      child,
      assertRuns() {
        if (hasEnded(child)) throw new Error(`${name} ended (${child.signalCode ?? child.exitCode}): ${output}`);
      },
      stop: async () => {
        await stopChild(child);
        this.#running.delete(running);
      },
    };
    this.#running.add(running);
    return running;
  }

  /** Stops all processes, and prevents further starts. */
  async stopAll(): Promise<void> {
    this.#stopping.abort();
    await Promise.all([...this.#running].map((running) => running.stop()));
  }
}

function hasEnded(child: ChildProcess): boolean {
  return child.pid === undefined || child.exitCode !== null || child.signalCode !== null;
}

async function stopChild(child: ChildProcess): Promise<void> {
  if (hasEnded(child)) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  const overdue = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
  await exited;
  clearTimeout(overdue);
}

/** Runs a script. Resolves with its standard output. */
export async function runToEnd(processes: Processes, ...args: Parameters<Processes['start']>): Promise<string> {
  const running = processes.start(...args);
  let text = '';
  running.child.stdout?.on('data', (chunk: string) => {
    text += chunk;
  });
  await once(running.child, 'close');
  if (running.child.exitCode !== 0) running.assertRuns();
  await running.stop();
  return text;
}

/** Resolves with ports of the loopback interface that are free, for processes that have to be given one. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer());
  const ports = await Promise.all(
    servers.map(async (server) => {
      server.listen(0, HOST);
      await once(server, 'listening');
      const address = server.address();
      return typeof address === 'object' && address !== null ? address.port : 0;
    }),
  );
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

const POLL_INTERVAL_MS = 5;
const START_TIMEOUT_MS = 60_000;

/** Waits until a process that was just started gives the right answer. Resolves with the time since `startedAt`. */
export async function untilIt(running: Running, answers: () => Promise<boolean>, startedAt: number): Promise<number> {
  while (!(await answers().catch(() => false))) {
    running.assertRuns();
    if (performance.now() - startedAt > START_TIMEOUT_MS) throw new Error(`${running.name} does not answer`);
    await delay(POLL_INTERVAL_MS);
  }
  return performance.now() - startedAt;
}

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { SUBGRAPHS, variablesOfEach } from './subgraphs.ts';
import { withDeadline } from './waiting.ts';

/** Root folder of the project. */
export const ROOT = dirname(dirname(import.meta.dirname));

/** The compile cache of ecosystem.config.js: a server starts with a third less CPU time, a command with half. */
export const COMPILE_CACHE = { NODE_COMPILE_CACHE: join(ROOT, 'node_modules', '.cache', 'node') };

/** Environment without the machine's own variables. */
const ENVIRONMENT = { PATH: process.env.PATH, LOG_FORMAT: 'json', ...COMPILE_CACHE };

/** Addresses of other subgraphs at which nothing answers, for a test without them. */
const NO_PEERS = variablesOfEach(
  'URL',
  () => 'http://127.0.0.1:9/graphql',
  SUBGRAPHS.flatMap(({ calls }) => calls),
);

/** A process of the project that runs for a test. */
export interface RunningProcess {
  /** URL of its GraphQL endpoint. */
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /** Resolves with the signal that ended it. */
  readonly ended: Promise<NodeJS.Signals | null>;
  /** Log lines so far. */
  readonly logs: readonly LogLine[];
  /** Resolves with the first line that matches, already logged or still to come. */
  logged(fits: (line: LogLine) => boolean): Promise<LogLine>;
  /** Returns everything that it has written, log lines or not. */
  output(): string;
  /** Ends it as pm2 does, or with the given signal. Resolves when it is gone. */
  stop(signal?: 'SIGINT' | 'SIGKILL'): Promise<void>;
  /** Sends SIGSTOP, which makes it hang, or SIGCONT, which resumes it. */
  signal(signal: 'SIGSTOP' | 'SIGCONT'): void;
}

/** A line of the JSON log. */
export interface LogLine {
  readonly level: string;
  readonly msg: string;
  readonly [key: string]: unknown;
}

/**
 * Starts `folder/src/main.ts` with real sockets and files, on a free port unless `env` names one. Resolves once it is ready.
 */
export async function startProcess(folder: string, env: Record<string, string>): Promise<RunningProcess> {
  const child = spawn(process.execPath, [join(ROOT, folder, 'src', 'main.ts')], {
    cwd: ROOT,
    env: { ...ENVIRONMENT, ...NO_PEERS, ...env },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  endWithThisProcess(child);
  const logs = new LogReader(child);
  const ended = new Promise<NodeJS.Signals | null>((resolve) => child.once('exit', (_code, signal) => resolve(signal)));
  const exit = once(child, 'exit').then(([code]) => {
    throw new Error(`${folder} exited with ${code} before it answered: ${logs.text}`);
  });
  const { msg } = await Promise.race([logs.next(({ msg }) => msg.includes(' answers at ')), exit]);
  exit.catch(() => {}); // it may exit from now on
  const url = msg.slice(msg.indexOf(' answers at ') + ' answers at '.length);
  return {
    url,
    port: Number(new URL(url).port),
    pid: child.pid ?? 0,
    ended,
    logs: logs.lines,
    output: () => logs.text,
    logged: (fits) => logs.next(fits),
    stop: (signal = 'SIGINT') => stopChild(child, signal),
    signal: (signal) => void child.kill(signal),
  };
}

/** Runs a script of the project or of a test. Resolves when it has ended. */
export async function runScript(
  file: string,
  env: Record<string, string> = {},
): Promise<{ code: unknown; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, [join(ROOT, file)], {
    cwd: ROOT,
    env: { ...ENVIRONMENT, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  endWithThisProcess(child);
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  return { code, stdout, stderr };
}

const running = new Set<ChildProcess>();

// A test file that fails before its first test runs neither its `after` hooks nor 'exit' listeners of the runner.
process.once('exit', killAll);
process.on('uncaughtExceptionMonitor', (_error, origin) => {
  if (origin === 'unhandledRejection') killAll();
});

function killAll(): void {
  for (const child of running) child.kill('SIGKILL');
}

function endWithThisProcess(child: ChildProcess): void {
  running.add(child);
  child.once('exit', () => running.delete(child));
}

/** Resolves when it is gone and all its lines have been read. */
async function stopChild(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const closed = once(child, 'close');
  child.kill('SIGCONT');
  child.kill(signal);
  await closed;
}

/** Collects the JSON lines that a child writes. */
class LogReader {
  readonly lines: LogLine[] = [];
  text = '';
  readonly #waiting = new Set<(line: LogLine) => void>();

  constructor(child: ChildProcess) {
    for (const stream of [child.stdout, child.stderr]) {
      let rest = '';
      stream?.setEncoding('utf8').on('data', (chunk: string) => {
        this.text += chunk;
        const parts = (rest + chunk).split('\n');
        rest = parts.pop() ?? '';
        for (const part of parts) this.#take(part);
      });
    }
  }

  next(fits: (line: LogLine) => boolean): Promise<LogLine> {
    const found = this.lines.find(fits);
    if (found) return Promise.resolve(found);
    const come = new Promise<LogLine>((resolve) => {
      const look = (line: LogLine) => {
        if (!fits(line)) return;
        this.#waiting.delete(look);
        resolve(line);
      };
      this.#waiting.add(look);
    });
    return withDeadline(come, () => `a line of the log that fits, among\n${this.text}`);
  }

  #take(text: string): void {
    if (!text.startsWith('{')) return;
    const line: LogLine = JSON.parse(text);
    this.lines.push(line);
    for (const look of this.#waiting) look(line);
  }
}

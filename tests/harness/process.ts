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

const ANSWERS = ' answers at ';

/** Addresses of other subgraphs at which nothing answers, for a test without them. */
const NO_PEERS = variablesOfEach(
  'URL',
  () => 'http://127.0.0.1:9/graphql',
  SUBGRAPHS.flatMap(({ calls }) => calls),
);

/** A process of the project that runs for a test, or several instances of one, which a test can treat as one. */
export interface RunningProcess {
  /** URL of its GraphQL endpoint; of several instances, each in turn. */
  readonly url: string;
  /** URLs of all instances. */
  readonly urls: readonly string[];
  /** Port of the first instance. */
  readonly port: number;
  /** Process id of the first instance. */
  readonly pid: number;
  /** Resolves with the signal that ended it; of several instances, the first that ends. */
  readonly ended: Promise<NodeJS.Signals | null>;
  /** Log lines of all instances so far, as they came. */
  readonly logs: readonly LogLine[];
  /** Resolves with the first line that matches, already logged or still to come. */
  logged(fits: (line: LogLine) => boolean): Promise<LogLine>;
  /** Returns everything that it has written, log lines or not. */
  output(): string;
  /** Ends all instances as pm2 does, or with the given signal. Resolves when they are gone. */
  stop(signal?: 'SIGINT' | 'SIGKILL'): Promise<void>;
  /** Sends SIGSTOP to all instances, which makes them hang, or SIGCONT, which resumes them. */
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
 *
 * @param count number of instances; more than one need a free port
 */
export async function startProcess(folder: string, env: Record<string, string>, count = 1): Promise<RunningProcess> {
  const log = new LogReader();
  const children = Array.from({ length: count }, () => startChild(folder, env, log));
  const ended = children.map(
    (child) => new Promise<NodeJS.Signals | null>((end) => child.once('exit', (_, by) => end(by))),
  );
  const urls = await Promise.all(children.map((child) => addressOf(child, folder, log)));
  let turn = 0;
  return {
    get url() {
      return urls[turn++ % count] ?? '';
    },
    urls,
    port: Number(new URL(urls[0] ?? '').port),
    pid: children[0]?.pid ?? 0,
    ended: Promise.race(ended),
    logs: log.lines,
    output: () => log.text,
    logged: (fits) => log.next(fits),
    stop: async (signal = 'SIGINT') => void (await Promise.all(children.map((child) => stopChild(child, signal)))),
    signal: (signal) => {
      for (const child of children) child.kill(signal);
    },
  };
}

function startChild(folder: string, env: Record<string, string>, log: LogReader): ChildProcess {
  const child = spawn(process.execPath, [join(ROOT, folder, 'src', 'main.ts')], {
    cwd: ROOT,
    env: { ...ENVIRONMENT, ...NO_PEERS, ...env },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  endWithThisProcess(child);
  log.read(child);
  return child;
}

/** Resolves with the URL at which a child says that it answers. */
async function addressOf(child: ChildProcess, folder: string, log: LogReader): Promise<string> {
  const exit = once(child, 'exit').then(([code]) => {
    throw new Error(`${folder} exited with ${code} before it answered: ${log.text}`);
  });
  const ready = log.next(({ msg, pid }) => pid === child.pid && msg.includes(ANSWERS));
  const { msg } = await Promise.race([ready, exit]);
  exit.catch(() => {}); // it may exit from now on
  return msg.slice(msg.indexOf(ANSWERS) + ANSWERS.length);
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

/** Collects the JSON lines that children write. */
class LogReader {
  readonly lines: LogLine[] = [];
  text = '';
  readonly #waiting = new Set<(line: LogLine) => void>();

  read(child: ChildProcess): void {
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

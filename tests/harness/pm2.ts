import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { freePort } from './ports.ts';
import { COMPILE_CACHE, ROOT } from './process.ts';
import { SUBGRAPH_NAMES, variablesOfEach } from './subgraphs.ts';

/** Environment of a command that shall not find the pm2 of whoever runs the tests. */
export const NO_PM2 = { PM2_HOME: join(ROOT, 'node_modules', '.cache', 'no-pm2') };

/** Command line of pm2. */
export const PM2 = join(ROOT, 'node_modules', 'pm2', 'bin', 'pm2');

/** The project under a pm2 of its own, with its own daemon, ports, databases, secret and logs. */
export interface Project {
  readonly folder: string;
  /** Environment of its commands. */
  readonly env: Readonly<Record<string, string>>;
  /** URL of its graph. */
  readonly url: string;
  readonly usersUrl: string;
  /** Runs npm as one types it, on the machine's Node and without the variables that npm gave to these tests. */
  npm(...args: string[]): Promise<Outcome>;
  /** Runs pm2's own command line on the given Node, or on the project's. */
  pm2(args: string[], node?: string): Promise<Outcome>;
  /** Resolves with the processes of its pm2, sorted by name. */
  list(): Promise<Pm2Process[]>;
}

/** Exit code and output of a command. */
export interface Outcome {
  readonly code: unknown;
  readonly stdout: string;
  readonly stderr: string;
}

/** A process as pm2 lists it. */
export interface Pm2Process {
  readonly name: string;
  readonly pid: number;
  readonly status: string;
  /** Version of Node that it runs on. */
  readonly node: string;
}

interface ListedProcess {
  name: string;
  pid: number;
  pm2_env: { status: string; node_version: string };
}

/** The `PATH` of a terminal. */
export const PATH = (process.env.PATH ?? '')
  .split(delimiter)
  .filter((folder) => !folder.includes('node_modules'))
  .join(delimiter);

/**
 * Creates a project in which nothing runs. Everything that is started, pm2 included, is stopped at the end, and its files are
 * removed.
 *
 * @param variables environment variables in addition to the usual ones; empty ones are left out
 * @param root folder of its sources
 */
export async function createProject(
  t: { after(end: () => Promise<void>): void },
  variables: (folder: string) => Record<string, string> = () => ({}),
  root = ROOT,
): Promise<Project> {
  const folder = await mkdtemp(join(tmpdir(), 'lockstep-pm2-'));
  const gateway = await freePort();
  const ports = new Map<string, number>();
  for (const name of SUBGRAPH_NAMES) ports.set(name, await freePort());
  const all = {
    HOME: folder,
    PATH,
    PM2_HOME: join(folder, 'pm2'),
    LOGS_DIR: join(folder, 'logs'),
    ...variablesOfEach('DATABASE', (name) => join(folder, `${name}.sqlite`)),
    SUBGRAPH_SECRET_FILE: join(folder, 'secret'),
    GATEWAY_PORT: `${gateway}`,
    ...variablesOfEach('PORT', (name) => `${ports.get(name)}`),
    DRAIN_DELAY_MS: '0',
    ...variables(folder),
  };
  const env = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== ''));
  const pm2 = (args: string[], node = process.execPath) => run(node, [PM2, ...args], env, root);
  const killDaemon = () => spawnSync(process.execPath, [PM2, 'kill'], { env });
  process.once('exit', killDaemon); // `after` does not run if a test file fails early
  t.after(async () => {
    await pm2(['kill']);
    process.off('exit', killDaemon);
    await rm(folder, { recursive: true, force: true });
  });
  return {
    folder,
    env,
    url: `http://127.0.0.1:${gateway}/graphql`,
    usersUrl: `http://127.0.0.1:${ports.get('users')}/graphql`,
    npm: (...args) => run('npm', args, env, root),
    pm2,
    list: async () => parseList((await pm2(['jlist'])).stdout),
  };
}

/** Runs a command in a folder. */
export async function run(
  command: string,
  args: readonly string[],
  env: Record<string, string>,
  cwd = ROOT,
): Promise<Outcome> {
  const child = spawn(command, args, {
    cwd,
    env: { ...COMPILE_CACHE, ...NO_PM2, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
  return { code, stdout, stderr };
}

/** Parses the list, which is the last line of pm2's output. */
function parseList(stdout: string): Pm2Process[] {
  const list: ListedProcess[] = JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
  return list
    .map(({ name, pid, pm2_env: { status, node_version: node } }) => ({ name, pid, status, node }))
    .toSorted((a, b) => a.name.localeCompare(b.name) || a.pid - b.pid);
}

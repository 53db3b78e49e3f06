import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, globSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { freePort } from './ports.ts';
import { withDeadline } from './waiting.ts';

/** Folder of PostgreSQL's programs, which Debian doesn't put on the PATH; undefined if it isn't installed. */
const PROGRAMS = globSync('/usr/lib/postgresql/*/bin').find((folder) => existsSync(join(folder, 'initdb')));

const MISSING = 'no PostgreSQL: install it (apt-get install postgresql) and run this file again';

/** Reason for `test(name, { skip: withoutPostgres }, …)` if there is no PostgreSQL. CI has to have one. */
export const withoutPostgres = PROGRAMS === undefined && process.env.CI !== 'true' && MISSING;

/** A key and a certificate for this machine, in the folder that openssl runs in. */
const CERTIFY =
  'req -x509 -days 2 -nodes -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -subj /CN=localhost ' +
  '-addext subjectAltName=IP:127.0.0.1 -keyout server.key -out server.crt';

/** A PostgreSQL server with an empty cluster. */
export interface PostgresServer {
  /** URL of its superuser. */
  readonly url: string;
  /** Path of its certificate, which it has signed itself. It also takes connections without TLS. */
  readonly certificate: string;
  readonly pid: number;
  /** Ends the server as a crash does, with all connections. */
  crash(): Promise<void>;
  /** Starts it again on what it has kept, on the same port. */
  startAgain(): Promise<void>;
  stop(): Promise<void>;
}

export interface PostgresOptions {
  /** True for a test of what survives a crash; without it nothing is synced to disk. */
  isDurable?: boolean;
  /** Further settings of the server. */
  settings?: readonly string[];
}

/** Starts a real PostgreSQL on a free port of this machine. It ends with the test. */
export async function startPostgres(
  t: { after(hook: () => unknown): void },
  options: PostgresOptions = {},
): Promise<PostgresServer> {
  const { isDurable = false, settings = [] } = options;
  const user = userOfServer();
  const folder = mkdtempSync(join(tmpdir(), 'lockstep-postgres-'));
  if (user) chownSync(folder, user.uid, user.gid);
  const data = join(folder, 'data');
  const run = { stdio: 'pipe', cwd: folder, ...user } as const;
  execFileSync(program('initdb'), ['--pgdata', data, '--username=postgres', '--auth=trust', '--no-sync'], run);
  execFileSync('openssl', CERTIFY.split(' '), run);
  const certificate = join(folder, 'server.crt');
  const tls = ['ssl=on', `ssl_cert_file=${certificate}`, `ssl_key_file=${join(folder, 'server.key')}`];
  const port = await freePort();
  const args = ['-D', data, '-p', String(port), '-h', '127.0.0.1', '-k', folder, '-c', 'max_connections=200'];
  const unsafe = ['fsync=off', 'full_page_writes=off', 'synchronous_commit=off'];
  for (const setting of [...tls, ...(isDurable ? [] : unsafe), ...settings]) args.push('-c', setting);
  let running = await launch(args, run);
  const crash = () => running.end();
  const stop = async () => {
    await crash();
    rmSync(folder, { recursive: true, force: true });
  };
  t.after(stop);
  const startAgain = async () => {
    running = await launch(args, run);
  };
  return {
    url: `postgres://postgres@127.0.0.1:${port}/postgres`,
    get pid() {
      return running.pid;
    },
    certificate,
    crash,
    startAgain,
    stop,
  };
}

/** Starts a server on its data. Resolves when it takes connections. */
async function launch(args: readonly string[], run: object): Promise<{ pid: number; end(): Promise<void> }> {
  const child = spawn(program('postgres'), args, { ...run, stdio: ['ignore', 'ignore', 'pipe'] });
  const closed = once(child, 'close');
  const said: string[] = [];
  const ready = new Promise<void>((resolve, reject) => {
    createInterface({ input: child.stderr }).on('line', (line) => {
      said.push(line);
      if (line.includes('ready to accept connections')) resolve();
    });
    closed.then(() => reject(new Error(`PostgreSQL ended before it was ready: ${said.join('\n')}`)), reject);
  });
  await withDeadline(ready, () => 'PostgreSQL');
  const end = async () => {
    child.kill('SIGQUIT'); // an immediate shutdown: it recovers from its log at the next start
    await closed;
  };
  return { pid: child.pid ?? 0, end };
}

/** Runs SQL on a database. @returns what psql prints: rows as lines, values separated by `|` */
export function runSql(url: string, statements: string): string {
  const args = [url, '--no-psqlrc', '--quiet', '--tuples-only', '--no-align', '--set=ON_ERROR_STOP=1', '--command'];
  return execFileSync(program('psql'), [...args, statements], { encoding: 'utf8', stdio: 'pipe' });
}

/** Returns the path of one of PostgreSQL's programs. */
export function program(name: string): string {
  return join(PROGRAMS ?? '', name);
}

/** Returns the user that Debian's package creates, if this process is root's: PostgreSQL refuses to run as root. */
function userOfServer(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const idOf = (option: string) => Number(execFileSync('id', [option, 'postgres'], { encoding: 'utf8' }));
  return { uid: idOf('-u'), gid: idOf('-g') };
}

import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { CommandError } from '../terminal/command.ts';

/** Program of PostgreSQL that runs. */
export interface RunningProgram {
  readonly input: Writable;
  readonly output: Readable;
  /** Resolves when it has succeeded. @throws {CommandError} with what it printed */
  readonly success: Promise<void>;
}

/** Starts one of PostgreSQL's client programs. No password is among its arguments, which others can see. */
export function startProgram(
  name: 'pg_dump' | 'pg_restore' | 'psql',
  args: readonly string[],
  url?: string,
): RunningProgram {
  const { shown, password } = splitPassword(url);
  const env = password === '' ? process.env : { ...process.env, PGPASSWORD: password };
  const dbname = shown === undefined ? [] : [`--dbname=${shown}`];
  const child = spawn(name, [...dbname, ...args], { env, stdio: ['pipe', 'pipe', 'pipe'] });
  child.stdin.on('error', () => {}); // it has ended, and says why
  return { input: child.stdin, output: child.stdout, success: succeed(name, child) };
}

async function succeed(name: string, child: ChildProcessByStdio<Writable, Readable, Readable>): Promise<void> {
  try {
    const [said, [code]] = await Promise.all([text(child.stderr), once(child, 'close')]);
    if (code !== 0) throw new CommandError(`${name} failed: ${said.trim()}`);
  } catch (error) {
    if (error instanceof CommandError) throw error;
    throw new CommandError(
      `${name} can't be run; install PostgreSQL's client programs, at least of the server's version (Debian's postgresql-client)`,
    );
  }
}

function splitPassword(url: string | undefined): { shown: string | undefined; password: string } {
  if (url === undefined) return { shown: undefined, password: '' };
  const shown = new URL(url);
  const password = decodeURIComponent(shown.password) || (shown.searchParams.get('password') ?? '');
  shown.password = '';
  shown.searchParams.delete('password');
  return { shown: shown.href, password };
}

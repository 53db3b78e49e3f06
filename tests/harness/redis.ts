import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { type Afterwards, temporaryFolder } from './graph.ts';
import { withDeadline } from './waiting.ts';

const MISSING = 'no redis-server on the PATH: install it (apt-get install redis-server) and run this file again';

/** Reason for `test(name, { skip: withoutRedis }, …)` if there is no Redis. CI has to have one. */
export const withoutRedis =
  spawnSync('redis-server', ['--version']).status !== 0 && process.env.CI !== 'true' && MISSING;

/** A Redis server that stores nothing on disk. */
export interface RedisServer {
  stop(): Promise<void>;
  /** Sends SIGSTOP, which makes it hang, or SIGCONT, which resumes it. */
  signal(signal: 'SIGSTOP' | 'SIGCONT'): void;
}

/**
 * Starts a real Redis on the port. It ends with the test.
 *
 * @param folder of the data that it reads, and may be told to write
 * @param others further options; one that is given twice has the last value
 */
export async function startRedis(
  t: Afterwards,
  port: number,
  folder?: string,
  others: readonly string[] = [],
): Promise<RedisServer> {
  const dir = folder ?? (await temporaryFolder(t));
  const usual = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', dir];
  const options = [...usual, ...others];
  const child = spawn('redis-server', options, { stdio: ['ignore', 'pipe', 'inherit'] });
  const closed = once(child, 'close');
  const stop = async () => {
    child.kill('SIGKILL');
    await closed;
  };
  t.after(stop);
  const lines = createInterface({ input: child.stdout });
  const ready = new Promise<void>((resolve, reject) => {
    lines.on('line', (line) => line.includes('Ready to accept connections') && resolve());
    closed.then(() => reject(new Error('redis-server ended before it was ready')), reject);
  });
  await withDeadline(ready, () => 'redis-server');
  return { stop, signal: (signal) => void child.kill(signal) };
}

/** Sends a command to Redis, as one line. */
export async function tellRedis(port: number, command: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  socket.end(`${command}\r\n`);
  return await text(socket);
}

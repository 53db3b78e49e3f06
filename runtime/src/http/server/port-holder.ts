import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** State of a socket that listens, in the fourth column of /proc/net/tcp. */
const LISTENING = '0A';
/** A program and its script. Other arguments may be secrets. */
const SHOWN_WORDS = 2;

/**
 * Describes the process that listens on a TCP port, such as `process 42 (node /shop/gateway/src/main.ts), in /shop`. Returns
 * undefined if it is another user's, or the system isn't Linux (https://man7.org/linux/man-pages/man5/proc_net.5.html).
 */
export function describePortHolder(port: number): string | undefined {
  if (process.platform !== 'linux') return undefined;
  const sockets = new Set(listeningSockets(port));
  const holders = numbersIn('/proc').filter((pid) => linksOf(pid).some((link) => sockets.has(link)));
  // A cluster's workers, which came after its primary, may hold its sockets too: they are what an operator knows.
  const pid = holders.at(-1);
  if (pid === undefined) return undefined;
  const command = read(`/proc/${pid}/cmdline`).split('\0').slice(0, SHOWN_WORDS).join(' ').trim();
  return `process ${pid} (${command}), in ${attempt(() => readlinkSync(`/proc/${pid}/cwd`)) ?? 'an unknown folder'}`;
}

/** Returns the sockets that listen on the port at any address, as a process's descriptors name them. */
function listeningSockets(port: number): string[] {
  const lines = ['/proc/net/tcp', '/proc/net/tcp6'].flatMap((file) => read(file).split('\n').slice(1));
  return lines.flatMap((line) => {
    const [, local = '', , state, , , , , , inode] = line.trim().split(/\s+/);
    const isOnPort = Number.parseInt(local.split(':').at(-1) ?? '', 16) === port;
    return isOnPort && state === LISTENING ? [`socket:[${inode}]`] : [];
  });
}

function linksOf(pid: number): string[] {
  const folder = `/proc/${pid}/fd`;
  return numbersIn(folder).flatMap((descriptor) => attempt(() => readlinkSync(`${folder}/${descriptor}`)) ?? []);
}

function numbersIn(folder: string): number[] {
  const names = attempt(() => readdirSync(folder)) ?? [];
  return names
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .sort((a, b) => a - b);
}

function read(file: string): string {
  return attempt(() => readFileSync(file, 'utf8')) ?? '';
}

/** Returns undefined if the process has ended meanwhile, or is another user's. */
function attempt<Result>(look: () => Result): Result | undefined {
  try {
    return look();
  } catch {
    return undefined;
  }
}

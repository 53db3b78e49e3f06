import { chmodSync, lstatSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { ConfigurationError } from '../../configuration-error.ts';

/** Permissions of a socket: its owner and group may connect. */
const MODE = 0o660;

/**
 * Removes the file of a socket at which nobody listens any more, such as one that a crash has left.
 *
 * @throws {ConfigurationError} if it is another file, or somebody listens and `mayBeShared` is false
 */
export async function removeStaleSocket(path: string, mayBeShared: boolean): Promise<void> {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (!found) return;
  if (!found.isSocket())
    throw new ConfigurationError(`${path} is a file and not a socket. Give another path to listen on.`);
  if (await isListenedOn(path)) {
    if (mayBeShared) return;
    throw new ConfigurationError(`Another process listens on ${path}. Stop it, or give another path to listen on.`);
  }
  // Another process of this app may have replaced it meanwhile.
  if (lstatSync(path, { throwIfNoEntry: false })?.ino === found.ino) rmSync(path, { force: true });
}

/** Lets the socket's group connect, as its owner may. */
export function restrictSocket(path: string): void {
  chmodSync(path, MODE);
}

function isListenedOn(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}

import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { CommandError } from '../terminal/command.ts';

const constants: { PM2_ROOT_PATH: string; DAEMON_RPC_PORT: string } = createRequire(import.meta.url)(
  'pm2/constants.js',
);

/** Folder of pm2's daemon. */
export const PM2_HOME = constants.PM2_ROOT_PATH;

/** More than a pm2 writes that starts a project. */
const START_BYTES = 16_384;

/** Returns false if no pm2 can be reached, which is known without loading its client, which makes the folder. */
export function hasSocket(): boolean {
  return existsSync(constants.DAEMON_RPC_PORT);
}

/**
 * Makes sure that a pm2 can start. One that can't write its folder prints stack traces, and leaves half of it (7.0.4).
 *
 * @throws {CommandError} if the folder can't be written, or its disk is full
 */
export function requireWritableHome(): void {
  const probe = join(PM2_HOME, `lockstep-${process.pid}.probe`);
  try {
    mkdirSync(PM2_HOME, { recursive: true });
    writeFileSync(probe, Buffer.alloc(START_BYTES));
  } catch (error) {
    throw unwritable(error);
  } finally {
    rmSync(probe, { force: true });
  }
}

/** Returns the error that says what to do if pm2's folder can't be written. */
export function unwritable(error: unknown): CommandError {
  const reason = error instanceof Error ? error.message : String(error);
  return new CommandError(
    `pm2 can't write its folder ${PM2_HOME} (${reason}): make it writable, make room on its disk, or set PM2_HOME to ` +
      'another folder, for every command',
  );
}

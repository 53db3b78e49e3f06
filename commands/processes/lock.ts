import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { sqliteCodeOf } from '../databases/sqlite-file.ts';
import { unwritable } from './pm2-home.ts';

const LOOK_AGAIN_MS = 100;

/**
 * Does the work while no other command does any. SQLite's lock on an otherwise empty file keeps them apart: the system lets go
 * of it when the process ends, however it ends.
 *
 * @param folder folder that the commands to keep apart have in common
 * @throws {CommandError} if the folder can't be written
 */
export async function alone<Result>(folder: string, work: () => Promise<Result>): Promise<Result> {
  const lock = openLock(folder);
  try {
    for (let told = false; !isTaken(lock); told = true) {
      if (!told) console.log('Another command is at work on these processes; waiting for its end …');
      await delay(LOOK_AGAIN_MS);
    }
    return await work();
  } finally {
    lock.close();
  }
}

function openLock(folder: string): Database.Database {
  try {
    mkdirSync(folder, { recursive: true });
    return new Database(join(folder, 'lockstep.lock'), { timeout: 0 });
  } catch (error) {
    throw unwritable(error);
  }
}

/** Takes the lock, for which it needs no room on the disk: processes can be stopped while that is full. */
function isTaken(lock: Database.Database): boolean {
  try {
    lock.exec('pragma journal_mode = memory; begin exclusive');
    return true;
  } catch (error) {
    if (sqliteCodeOf(error)?.startsWith('SQLITE_BUSY')) return false;
    throw error;
  }
}

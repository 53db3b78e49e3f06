import { readFileSync, statSync } from 'node:fs';

/** Position in a log file. */
export interface LogPosition {
  /** Identity of the file; undefined if there was none. A process rotates its log when it writes its first line of a day. */
  readonly inode: number | undefined;
  readonly bytes: number;
}

/** Returns the end of a log file, which need not exist. */
export function endOf(file: string): LogPosition {
  const stats = statSync(file, { throwIfNoEntry: false });
  return { inode: stats?.ino, bytes: stats?.size ?? 0 };
}

/** Returns what was written to a log file since, and all of it if it was rotated or emptied. */
export function readSince(file: string, { inode, bytes }: LogPosition): string {
  const now = endOf(file);
  if (now.inode === undefined) return '';
  const isSame = now.inode === inode && now.bytes >= bytes;
  return readFileSync(file)
    .subarray(isSame ? bytes : 0)
    .toString();
}

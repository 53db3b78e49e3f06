import { randomBytes } from 'node:crypto';
import { closeSync, openSync, readdirSync, renameSync, rmSync, type Stats, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { pino } from 'pino';

const DAY_MS = 24 * 60 * 60 * 1000;
/** Interval at which a line first looks at the file, and at which writing is tried again after it failed. */
const CHECK_INTERVAL_MS = 1000;
/** Maximum length of the lines that wait in memory while they can't be written. Later ones are lost. */
const MAX_WAITING = 1024 * 1024;
/** End of the name of a rotated file. Older versions of the project wrote it without the digits after the time. */
const IS_ARCHIVE = /\.\d{4}-[-\dT]+Z(-[0-9a-f]+)?\.log$/;

/** Time in which nothing could be written. */
export interface Gap {
  /** Path of the file. */
  readonly file: string;
  readonly since: Date;
  /** Number of lines that were lost, because too many waited already. */
  readonly lost: number;
  /** First error. */
  readonly reason: string;
}

/** Limits of a log file and of those before it. */
export interface RotationLimits {
  /** Size from which a file is rotated. Each file is also rotated when its day in UTC has ended. */
  readonly maxBytes: number;
  /** Number of rotated files that are kept. */
  readonly kept: number;
}

/**
 * Log file that survives a full disk: lines wait until they can be written. Rotates itself by size and day. Several processes may
 * write to one file. Lines are written synchronously, so that the last one before an exit is in the file.
 */
export class LogFile {
  readonly #path: string;
  readonly #limits: RotationLimits;
  readonly #tellGap: (gap: Gap) => void;
  readonly #stream: ReturnType<typeof pino.destination>;
  /** Identity of the open file in its file system. */
  #inode: number | undefined;
  #checkedAt = 0;
  #gap: Gap | undefined;
  /** Set if the last attempt to write failed. */
  #isFailing = false;
  #retry: NodeJS.Timeout | undefined;

  /**
   * @param tellGap called once lines can be written again
   * @param maxWaiting maximum length of the lines that wait
   * @throws Node's own error if the file can't be opened
   */
  constructor(path: string, limits: RotationLimits, tellGap: (gap: Gap) => void, maxWaiting = MAX_WAITING) {
    this.#path = path;
    this.#limits = limits;
    this.#tellGap = tellGap;
    // pino's own stream. It keeps what it can't write, and tries again with the next line.
    this.#stream = pino.destination({ dest: path, sync: true, maxLength: maxWaiting });
    this.#stream.on('error', (error: Error) => this.#fail(error));
    this.#stream.on('write', () => {
      this.#isFailing = false;
    });
    this.#stream.on('drop', (text: string) => this.#lose(text));
    this.#stream.on('drain', () => this.#recover());
    this.#inode = statsOf(path)?.ino;
  }

  write(text: string): void {
    const now = Date.now();
    if (now - this.#checkedAt >= CHECK_INTERVAL_MS || dayOf(now) !== dayOf(this.#checkedAt)) {
      this.#checkedAt = now;
      try {
        this.#rotateIfDue(now);
      } catch {
        // no room for another file, or on Windows, which renames no open one: goes on in the file that is open
      }
    }
    this.#stream.write(text);
  }

  /** Closes the file. What waits is lost. */
  close(): void {
    clearInterval(this.#retry);
    this.#stream.destroy();
  }

  #rotateIfDue(now: number): void {
    const found = statsOf(this.#path);
    // Another process has rotated it, or somebody has moved it.
    if (found?.ino !== this.#inode) this.#reopen();
    else if (found && found.size > 0) this.#rotateIfFull(found, now);
  }

  #rotateIfFull(found: Stats, now: number): void {
    if (found.size < this.#limits.maxBytes && dayOf(found.mtimeMs) === dayOf(now)) return;
    renameSync(this.#path, this.#archiveAt(now));
    this.#reopen();
    this.#removeOldest();
  }

  #reopen(): void {
    // A stream of pino that failed to open a file again closes another one the next time (sonic-boom 4.2).
    closeSync(openSync(this.#path, 'a'));
    this.#stream.reopen();
    this.#inode = statsOf(this.#path)?.ino;
  }

  /** Returns a name that no other process takes, though all of them rotate the file when the day ends. */
  #archiveAt(now: number): string {
    const time = new Date(now).toISOString().replaceAll(/[:.]/g, '-');
    return this.#path.replace(/(\.log)?$/, `.${time}-${randomBytes(3).toString('hex')}.log`);
  }

  #removeOldest(): void {
    const prefix = `${basename(this.#path).replace(/\.log$/, '')}.`;
    const folder = dirname(this.#path);
    const archives = readdirSync(folder).filter((name) => name.startsWith(prefix) && IS_ARCHIVE.test(name));
    for (const name of archives.toSorted().slice(0, Math.max(0, archives.length - this.#limits.kept)))
      rmSync(join(folder, name), { force: true });
  }

  #fail({ message: reason }: Error): void {
    this.#isFailing = true;
    this.#gap ??= { file: this.#path, since: new Date(), lost: 0, reason };
    this.#retry ??= setInterval(() => this.#stream.write(''), CHECK_INTERVAL_MS).unref();
  }

  #lose(text: string): void {
    if (this.#gap) this.#gap = { ...this.#gap, lost: this.#gap.lost + text.split('\n').length - 1 };
  }

  #recover(): void {
    const gap = this.#gap;
    if (!gap || this.#isFailing) return;
    clearInterval(this.#retry);
    this.#gap = undefined;
    this.#retry = undefined;
    this.#tellGap(gap);
  }
}

function dayOf(timeMs: number): number {
  return Math.floor(timeMs / DAY_MS);
}

function statsOf(path: string): Stats | undefined {
  return statSync(path, { throwIfNoEntry: false });
}

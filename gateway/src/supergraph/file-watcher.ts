import { statSync, unwatchFile, watchFile } from 'node:fs';

/**
 * Interval at which files are looked at. The system's events would miss what editors, mounts and configuration maps do:
 * replace a file, or a folder above it, by another.
 */
const POLL_INTERVAL_MS = 500;

/** Time without a change after which files count as written: half a file can be as valid as all of it. */
const SETTLE_MS = 1000;

/** Time for which files may go on changing before that is told: no change of them takes effect meanwhile. */
const PATIENCE_MS = 10_000;

/** Watches files, and calls back once they have changed and then stayed the same for a moment. */
export class FileWatcher {
  readonly #onChange: () => void;
  readonly #onUnrest: (files: readonly string[]) => void;
  #files: readonly string[] = [];
  /** State of each file that has stayed the same for a moment. */
  #settled: ReadonlyMap<string, string> = new Map();
  #settling: NodeJS.Timeout | undefined;
  /** Set from the first change until the files have settled. */
  #unrest: NodeJS.Timeout | undefined;
  #isStopped = false;

  /** @param onUnrest is called once with the files that still change after ten seconds */
  constructor(onChange: () => void, onUnrest: (files: readonly string[]) => void) {
    this.#onChange = onChange;
    this.#onUnrest = onUnrest;
  }

  /** Watches these files instead of the current ones. */
  watch(given: readonly string[]): void {
    const files = this.#isStopped ? [] : [...new Set(given)];
    for (const file of this.#files) if (!files.includes(file)) unwatchFile(file, this.settle);
    for (const file of files) {
      if (!this.#files.includes(file)) watchFile(file, { interval: POLL_INTERVAL_MS }, this.settle);
    }
    this.#files = files;
  }

  /** Calls back as soon as the files have stayed the same for a moment. */
  readonly settle = (): void => {
    clearTimeout(this.#settling);
    if (this.#isStopped) return;
    const seen = new Map(this.#files.map((file) => [file, stateOf(file)]));
    const changed = () => this.#files.filter((file) => seen.get(file) !== stateOf(file));
    this.#unrest ??= setTimeout(() => this.#onUnrest(changed()), PATIENCE_MS);
    this.#settling = setTimeout(() => {
      if (changed().length > 0) return this.settle();
      this.#settled = seen;
      clearTimeout(this.#unrest);
      this.#unrest = undefined;
      this.#onChange();
    }, SETTLE_MS);
  };

  /** Returns true if these files are as they were when they had settled. */
  haveSettled(files: readonly string[]): boolean {
    return files.every((file) => this.#settled.get(file) === stateOf(file));
  }

  /** Stops watching for good, even if a change in progress calls {@link watch} afterwards. */
  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#settling);
    clearTimeout(this.#unrest);
    this.watch([]);
  }
}

/** Returns a text that differs if the file was written or replaced. */
function stateOf(file: string): string {
  const stats = statSync(file, { bigint: true, throwIfNoEntry: false });
  return stats ? `${stats.ino} ${stats.size} ${stats.mtimeNs}` : 'missing';
}

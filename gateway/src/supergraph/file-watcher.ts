import { unwatchFile, watchFile } from 'node:fs';

/**
 * Interval at which files are looked at. The system's events would miss what editors, mounts and configuration maps do:
 * replace a file, or a folder above it, by another.
 */
const POLL_INTERVAL_MS = 500;

/** Calls back after a change of any of the files it watches. */
export class FileWatcher {
  readonly #onChange: () => void;
  #files: readonly string[] = [];
  #isStopped = false;

  constructor(onChange: () => void) {
    this.#onChange = onChange;
  }

  /** Watches these files instead of the current ones. */
  watch(given: readonly string[]): void {
    const files = this.#isStopped ? [] : [...new Set(given)];
    for (const file of this.#files) if (!files.includes(file)) unwatchFile(file, this.#onChange);
    for (const file of files) {
      if (!this.#files.includes(file)) watchFile(file, { interval: POLL_INTERVAL_MS }, this.#onChange);
    }
    this.#files = files;
  }

  /** Stops watching for good, even if a change in progress calls {@link watch} afterwards. */
  stop(): void {
    this.#isStopped = true;
    this.watch([]);
  }
}

import { type ChildProcess, spawn } from 'node:child_process';
import { type FSWatcher, readdirSync, watch } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './apps.ts';

/** A program, and the files whose changes restart it. */
export interface WatchedProcessOptions {
  readonly name: string;
  readonly script: string;
  readonly env: NodeJS.ProcessEnv;
  /** Folders of its code, watched at any depth. */
  readonly sources: readonly string[];
  /** Folder of its schema. */
  readonly schemas: string;
}

/** Longer than an editor takes to write the files of one change. */
const SETTLE_MS = 100;

const IS_SOURCE = /(?<!\.test)\.(ts|graphql)$/;

/**
 * Process in the foreground that restarts when one of its files changes.
 *
 * `node --watch` ignores the schema, which is no module. On Linux it watches files and not names (24.21): it misses every
 * change after the first by an editor that replaces the file, as vim does (https://github.com/nodejs/node/issues/22517).
 */
export class WatchedProcess {
  readonly #options: WatchedProcessOptions;
  #child: ChildProcess | undefined;
  #watchers: FSWatcher[] = [];
  #settling: NodeJS.Timeout | undefined;
  #phase: 'running' | 'restarting' | 'stopped' = 'running';

  constructor(options: WatchedProcessOptions) {
    this.#options = options;
    this.#start();
  }

  /** Ends the process and the watching. */
  stop(): void {
    this.#phase = 'stopped';
    this.#unwatch();
    this.#child?.kill('SIGTERM');
  }

  #start(): void {
    const { name, script, env } = this.#options;
    this.#phase = 'running';
    this.#watch();
    this.#child = spawn(process.execPath, [script], { cwd: ROOT, env, stdio: 'inherit' });
    this.#child.once('exit', (code, signal) => {
      this.#child = undefined;
      if (this.#phase === 'restarting') this.#start();
      else if (this.#phase === 'running') console.log(`${name} ended (${signal ?? code}); a change restarts it`);
    });
  }

  #changed(file: string): void {
    if (this.#phase !== 'running') return;
    console.log(`${file} changed: restarting ${this.#options.name}`);
    this.#phase = 'restarting';
    this.#unwatch();
    if (this.#child) this.#child.kill('SIGTERM');
    else this.#start();
  }

  #watch(): void {
    const { sources, schemas } = this.#options;
    this.#watchers = [...sources.flatMap(foldersIn), schemas].map((folder) =>
      watch(folder, (_event, file) => {
        if (file === null || !IS_SOURCE.test(file)) return;
        clearTimeout(this.#settling);
        this.#settling = setTimeout(() => this.#changed(file), SETTLE_MS);
      }),
    );
  }

  #unwatch(): void {
    clearTimeout(this.#settling);
    for (const watcher of this.#watchers) watcher.close();
  }
}

/** Returns the folder and all below it. Each gets a watcher: a recursive one has the faults of `node --watch`. */
function foldersIn(folder: string): string[] {
  const folders = readdirSync(folder, { withFileTypes: true, recursive: true }).filter((entry) => entry.isDirectory());
  return [folder, ...folders.map((entry) => join(entry.parentPath, entry.name))];
}

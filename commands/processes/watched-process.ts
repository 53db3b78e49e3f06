import { type ChildProcess, spawn } from 'node:child_process';
import { type FSWatcher, readdirSync, watch } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './apps.ts';

/** What runs, and what it is started anew for. */
export interface WatchedProcessOptions {
  readonly name: string;
  readonly script: string;
  readonly env: NodeJS.ProcessEnv;
  /** Folders with its code, at any depth. */
  readonly sources: readonly string[];
  /** The folder that has its schema. */
  readonly schemas: string;
}

/** Longer than it takes to write the several files of one change. */
const SETTLE_MS = 100;

const IS_SOURCE = /(?<!\.test)\.(ts|graphql)$/;

/**
 * A process in the foreground that is started anew when one of its files changes.
 *
 * `node --watch` knows nothing of the schema, which is no module; and on Linux it watches files and not names (24.21), so
 * that it misses every change after the first by an editor that writes a new file in place of the old one, as vim does.
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

  /** Ends it, and watches no longer. */
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
      else if (this.#phase === 'running') console.log(`${name} ended (${signal ?? code}); a change starts it again`);
    });
  }

  #changed(file: string): void {
    if (this.#phase !== 'running') return;
    console.log(`${file} changed: ${this.#options.name} starts anew`);
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

/** The folder and all that are in it: one watcher each, because a recursive one has the faults of `node --watch`. */
function foldersIn(folder: string): string[] {
  const folders = readdirSync(folder, { withFileTypes: true, recursive: true }).filter((entry) => entry.isDirectory());
  return [folder, ...folders.map((entry) => join(entry.parentPath, entry.name))];
}

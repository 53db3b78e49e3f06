import { createRequire } from 'node:module';
import { join } from 'node:path';
import { CommandError } from '../terminal/command.ts';

/** Folder of this project. */
export const ROOT = join(import.meta.dirname, '..', '..');

/** File that declares the project's processes. */
export const ECOSYSTEM_FILE = join(ROOT, 'ecosystem.config.js');

/** Part of a pm2 app that the commands use. */
export interface App {
  name: string;
  script: string;
  error_file: string;
  env: Record<string, string>;
}

/**
 * Returns the project's processes as pm2 would start them in this environment: all, or the named ones.
 *
 * @throws {CommandError} if a name is unknown
 */
export function readApps(names: readonly string[] = []): App[] {
  const { apps }: { apps: App[] } = createRequire(import.meta.url)(ECOSYSTEM_FILE);
  const known = apps.map(({ name }) => name);
  for (const name of names) {
    if (!known.includes(name)) throw new CommandError(`${name}: no such process; there are ${known.join(', ')}`);
  }
  return apps.filter(({ name }) => names.length === 0 || names.includes(name));
}

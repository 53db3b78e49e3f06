import { createRequire } from 'node:module';
import { join } from 'node:path';
import { CommandError } from '../terminal/command.ts';
import type { GivenVariables } from './environment.ts';

/** Folder of this project. */
export const ROOT = join(import.meta.dirname, '..', '..');

/** File that declares the project's processes. */
export const ECOSYSTEM_FILE = join(ROOT, 'ecosystem.config.js');

/** Name of the gateway's app. */
export const GATEWAY = 'gateway';

/** Part of a pm2 app that the commands use. */
export interface App {
  name: string;
  script: string;
  out_file: string;
  error_file: string;
  /** Number of processes; undefined for one. */
  instances?: number;
  env: Record<string, string>;
  env_given: GivenVariables;
}

/**
 * Returns the project's processes as pm2 would start them in this environment: all, or the named ones.
 *
 * @throws {CommandError} if a name is unknown
 * @throws {ConfigurationError} if a variable has a wrong value
 */
export function readApps(names: readonly string[] = [], env = process.env): App[] {
  const apps = readEcosystem(env);
  const known = apps.map(({ name }) => name);
  for (const name of names) {
    if (!known.includes(name)) throw new CommandError(`${name}: no such process; there are ${known.join(', ')}`);
  }
  return apps.filter(({ name }) => names.length === 0 || names.includes(name));
}

/** Reads the file that pm2 reads too, which is why it takes the environment from `process.env`. */
function readEcosystem(env: NodeJS.ProcessEnv): App[] {
  const require = createRequire(import.meta.url);
  const own = process.env;
  delete require.cache[ECOSYSTEM_FILE];
  process.env = env;
  try {
    const { apps }: { apps: App[] } = require(ECOSYSTEM_FILE);
    return apps;
  } finally {
    process.env = own;
  }
}

import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { CommandError } from './command.ts';

/** The folder of this project. */
export const ROOT = dirname(import.meta.dirname);

/** The file that says which processes the project has. */
export const ECOSYSTEM_FILE = join(ROOT, 'ecosystem.config.js');

/** What the commands need to know of a pm2 app. */
export interface App {
  name: string;
  script: string;
  error_file: string;
  env: Record<string, string>;
}

/**
 * The project's processes, as pm2 would start them in this environment: all of them, or those that are named.
 *
 * @throws {CommandError} where one is named that there isn't
 */
export function readApps(names: readonly string[] = []): App[] {
  const { apps }: { apps: App[] } = createRequire(import.meta.url)(ECOSYSTEM_FILE);
  const known = apps.map(({ name }) => name);
  for (const name of names) {
    if (!known.includes(name)) throw new CommandError(`${name}: there are ${known.join(', ')}`);
  }
  return apps.filter(({ name }) => names.length === 0 || names.includes(name));
}

/** Where the graph answers in this environment. */
export function graphUrl(apps: readonly App[]): string {
  const gateway = apps.find(({ name }) => name === 'gateway');
  return `http://${process.env.HOST ?? '127.0.0.1'}:${gateway?.env.GATEWAY_PORT}/graphql`;
}

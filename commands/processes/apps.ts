import { createRequire } from 'node:module';
import { join } from 'node:path';
import { readConfig } from '@lockstep/gateway/configuration/environment.ts';
import { toAuthority } from '@lockstep/gateway/configuration/sections/endpoint.ts';
import { readSupergraphFile } from '@lockstep/gateway/configuration/supergraph-file.ts';
import { ConfigurationError } from '@lockstep/runtime/configuration-error.ts';
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

/**
 * Returns the URL of the graph in this environment.
 *
 * @throws {CommandError} if the configuration is invalid
 */
export function graphUrl(apps: readonly App[]): string {
  const gateway = apps.find(({ name }) => name === 'gateway');
  try {
    const { listen, path } = readSupergraphFile(readConfig({ ...process.env, ...gateway?.env })).settings.gateway;
    return `http://${toAuthority(listen)}${path}`;
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    throw new CommandError(error.message);
  }
}

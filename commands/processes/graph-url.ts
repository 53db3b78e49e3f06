import { readConfig } from '@lockstep/gateway/configuration/environment.ts';
import { toAuthority } from '@lockstep/gateway/configuration/sections/endpoint.ts';
import { readSupergraphFile } from '@lockstep/gateway/configuration/supergraph-file.ts';
import { ConfigurationError } from '@lockstep/runtime/configuration-error.ts';
import { CommandError } from '../terminal/command.ts';
import type { App } from './apps.ts';

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

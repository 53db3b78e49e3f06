import { readConfig } from '@lockstep/gateway/configuration/environment.ts';
import { readSupergraphFile } from '@lockstep/gateway/configuration/supergraph-file.ts';
import { toAuthority } from '@lockstep/runtime/http/authority.ts';
import { type App, GATEWAY } from './apps.ts';

/** Returns the URL of the graph. @throws {ConfigurationError} if the configuration is invalid */
export function graphUrl(apps: readonly App[]): string {
  const gateway = apps.find(({ name }) => name === GATEWAY);
  const { listen, path } = readSupergraphFile(readConfig({ ...gateway?.env })).settings.gateway;
  return `http://${toAuthority(listen)}${path}`;
}

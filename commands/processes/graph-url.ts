import { readConfig } from '@lockstep/gateway/configuration/environment.ts';
import type { GatewaySettings } from '@lockstep/gateway/configuration/settings-schema.ts';
import { readSupergraphFile } from '@lockstep/gateway/configuration/supergraph-file.ts';
import { toUrl } from '@lockstep/runtime/http/authority.ts';
import { type App, GATEWAY } from './apps.ts';

/** Returns the settings of the gateway. @throws {ConfigurationError} if the configuration is invalid */
export function gatewaySettings(apps: readonly App[]): GatewaySettings {
  const gateway = apps.find(({ name }) => name === GATEWAY);
  return readSupergraphFile(readConfig({ ...gateway?.env })).settings.gateway;
}

/** Returns the URL of the graph. @throws {ConfigurationError} if the configuration is invalid */
export function graphUrl(apps: readonly App[]): string {
  return graphUrlOf(gatewaySettings(apps));
}

/** Returns the URL of the graph that a gateway with these settings serves. */
export function graphUrlOf({
  listen,
  path,
  certificates,
}: Pick<GatewaySettings, 'listen' | 'path' | 'certificates'>): string {
  return toUrl(listen, path, certificates !== undefined);
}

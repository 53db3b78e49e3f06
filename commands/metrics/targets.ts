import { readConfig } from '@lockstep/gateway/configuration/environment.ts';
import { readSupergraphFile } from '@lockstep/gateway/configuration/supergraph-file.ts';
import { toAuthority } from '@lockstep/runtime/http/authority.ts';
import { type App, GATEWAY } from '../processes/apps.ts';
import { CommandError } from '../terminal/command.ts';

/** Something that Prometheus scrapes. */
export interface Target {
  /** Host and port, such as `127.0.0.1:4000`. */
  readonly address: string;
  readonly path: string;
}

/**
 * Returns the addresses at which the processes tell what they count.
 *
 * @throws {CommandError} if the gateway's metrics are off
 */
export function targetsOf(apps: readonly App[]): Target[] {
  const gateway = apps.find(({ name }) => name === GATEWAY);
  const { listen, telemetry } = readSupergraphFile(readConfig({ ...gateway?.env })).settings.gateway;
  const path = telemetry.metricsPath;
  if (path === undefined) {
    throw new CommandError(
      'the gateway counts nothing: set gateway.telemetry.metrics.prometheus to /metrics in supergraph.yaml',
    );
  }
  return [{ address: toAuthority(listen), path }];
}

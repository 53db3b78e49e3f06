import { readConfig } from '@lockstep/gateway/configuration/environment.ts';
import { readSupergraphFile } from '@lockstep/gateway/configuration/supergraph-file.ts';
import { toAuthority } from '@lockstep/runtime/http/authority.ts';
import { variablePrefix } from '@lockstep/subgraph-kit/variable-prefix.ts';
import { type App, GATEWAY } from '../processes/apps.ts';
import { CommandError } from '../terminal/command.ts';

/** Something that Prometheus scrapes. */
export interface Target {
  /** Name of the process's app. */
  readonly app: string;
  /** Host and port, such as `127.0.0.1:4000`. */
  readonly address: string;
  readonly path: string;
  readonly scheme: 'http' | 'https';
}

/**
 * Returns the addresses at which the processes tell what they count: the gateway, and the subgraphs whose metrics are on.
 *
 * @throws {CommandError} if the gateway's metrics are off
 */
export function targetsOf(apps: readonly App[]): Target[] {
  return [gatewayTarget(apps), ...apps.filter(({ name }) => name !== GATEWAY).flatMap(subgraphTarget)];
}

function gatewayTarget(apps: readonly App[]): Target {
  const gateway = apps.find(({ name }) => name === GATEWAY);
  const { listen, telemetry, certificates } = readSupergraphFile(readConfig({ ...gateway?.env })).settings.gateway;
  const path = telemetry.metricsPath;
  if (path === undefined) {
    throw new CommandError(
      'the gateway counts nothing: set gateway.telemetry.metrics.prometheus to /metrics in supergraph.yaml',
    );
  }
  return { app: GATEWAY, address: toAuthority(listen), path, scheme: certificates ? 'https' : 'http' };
}

function subgraphTarget({ name: app, env }: App): Target[] {
  const [path, port] = [env.METRICS_PATH, env[`${variablePrefix(app)}_PORT`]];
  const host = env.HOST || '127.0.0.1';
  const scheme = env.TLS_CERTIFICATE ? 'https' : 'http';
  return path && port ? [{ app, address: toAuthority({ host, port }), path, scheme }] : [];
}

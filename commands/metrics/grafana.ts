import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { ROOT } from '../processes/apps.ts';
import { type Server, spawned, untilReady } from './server.ts';

const FOLDER = join(ROOT, 'deploy', 'grafana');

/** Folder of Grafana's pages, in its packages. */
const HOME = '/usr/share/grafana';

/** Folder for what it stores, port on this machine, and the Prometheus that it asks. */
export interface GrafanaOptions {
  readonly folder: string;
  readonly port: number;
  readonly prometheusUrl: string;
}

/**
 * Starts a Grafana that shows the dashboards without an account. Resolves when it answers; undefined if it isn't installed.
 *
 * @throws {CommandError} if it ends at once
 */
export async function startGrafana({ folder, port, prometheusUrl }: GrafanaOptions): Promise<Server | undefined> {
  const env = {
    ...process.env,
    GF_SERVER_HTTP_ADDR: '127.0.0.1',
    GF_SERVER_HTTP_PORT: String(port),
    GF_PATHS_DATA: join(folder, 'grafana'),
    GF_PATHS_LOGS: join(folder, 'grafana', 'logs'),
    GF_PATHS_PROVISIONING: join(FOLDER, 'provisioning'),
    GF_AUTH_ANONYMOUS_ENABLED: 'true',
    GF_ANALYTICS_REPORTING_ENABLED: 'false',
    GF_ANALYTICS_CHECK_FOR_UPDATES: 'false',
    GF_LOG_LEVEL: 'warn',
    DASHBOARDS_FOLDER: join(FOLDER, 'dashboards'),
    PROMETHEUS_URL: prometheusUrl,
  };
  const child = spawn('grafana', ['server', '--homepath', HOME], { env, stdio: ['ignore', 'inherit', 'inherit'] });
  if (!(await spawned(child))) return undefined;
  const url = `http://127.0.0.1:${port}`;
  await untilReady(child, `${url}/api/health`);
  return { child, url };
}

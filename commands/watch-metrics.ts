import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { startGrafana } from './metrics/grafana.ts';
import { startPrometheus } from './metrics/prometheus.ts';
import { targetsOf } from './metrics/targets.ts';
import { ROOT } from './processes/apps.ts';
import { readAppsInForce } from './processes/in-force.ts';
import { CommandError, runCommand } from './terminal/command.ts';

// `npm run watch:metrics`: runs Prometheus on what the processes count, and Grafana with the dashboards if it is installed, until
// Ctrl-C. What they store is kept for the next time.

const USAGE = 'npm run watch:metrics -- [--port 9090] [--grafana-port 3000] [--data data/metrics]';

await runCommand(async () => {
  const { port, grafanaPort, folder } = readOptions();
  await mkdir(folder, { recursive: true });
  const apps = await readAppsInForce();
  const targets = targetsOf(apps);
  const prometheus = await startPrometheus({ folder, port, targets });
  console.log(`Prometheus scrapes ${targets.map(({ address }) => address).join(', ')}: ${prometheus.url}`);
  if (targets.length < apps.length)
    console.log('  Other subgraphs count nothing: METRICS_PATH=/metrics npm run reload');
  console.log(`  alerts: ${prometheus.url}/alerts`);
  const grafana = await startGrafana({ folder, port: grafanaPort, prometheusUrl: prometheus.url });
  const shown = grafana
    ? `Grafana has the dashboards: ${grafana.url}/dashboards`
    : 'Grafana is not installed: to see the dashboards, import those of deploy/grafana/dashboards into yours.';
  console.log(`${shown}\nCtrl-C ends ${grafana ? 'both' : 'it'}.`);
  const running = [prometheus, ...(grafana ? [grafana] : [])];
  const stop = () => {
    for (const { child } of running) child.kill('SIGTERM');
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop);
  await Promise.race(running.map(({ child }) => once(child, 'exit')));
  stop();
});

function readOptions() {
  try {
    const text = { type: 'string' } as const;
    const { values } = parseArgs({
      options: {
        port: { ...text, default: '9090' },
        'grafana-port': { ...text, default: '3000' },
        data: { ...text, default: join(ROOT, 'data', 'metrics') },
      },
    });
    return { port: toPort(values.port), grafanaPort: toPort(values['grafana-port']), folder: resolve(values.data) };
  } catch (error) {
    throw new CommandError(`${error instanceof Error ? error.message : error}\n${USAGE}`);
  }
}

function toPort(text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) throw new CommandError(`${text}: not a port`);
  return port;
}

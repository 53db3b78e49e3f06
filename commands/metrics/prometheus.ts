import { spawn } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { ROOT } from '../processes/apps.ts';
import { CommandError } from '../terminal/command.ts';
import { type Server, spawned, untilReady } from './server.ts';
import type { Target } from './targets.ts';

const FOLDER = join(ROOT, 'deploy', 'prometheus');

/** Bounds of what is stored. */
const KEPT = ['--storage.tsdb.retention.time=7d', '--storage.tsdb.retention.size=512MB'];

/** Folder for what it stores, port on this machine, and what it scrapes. */
export interface PrometheusOptions {
  readonly folder: string;
  readonly port: number;
  readonly targets: readonly Target[];
}

/**
 * Starts a Prometheus with the rules of deploy/prometheus. Resolves when it answers.
 *
 * @throws {CommandError} if it isn't installed, or ends at once
 */
export async function startPrometheus({ folder, port, targets }: PrometheusOptions): Promise<Server> {
  const config = join(folder, 'prometheus.yml');
  await writeFile(config, await configurationFor(targets));
  const child = spawn(
    'prometheus',
    [
      `--config.file=${config}`,
      `--storage.tsdb.path=${join(folder, 'prometheus')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--log.level=warn',
      ...KEPT,
    ],
    { stdio: ['ignore', 'inherit', 'inherit'] },
  );
  if (!(await spawned(child))) {
    throw new CommandError('there is no prometheus on the PATH: install it, for example by apt-get install prometheus');
  }
  const url = `http://127.0.0.1:${port}`;
  await untilReady(child, `${url}/-/ready`);
  return { child, url };
}

/** Returns the text of deploy/prometheus/prometheus.yml with other targets. */
async function configurationFor(targets: readonly Target[]): Promise<string> {
  const {
    rule_files: rules,
    scrape_configs: scrapes,
    ...others
  } = parse(await readFile(join(FOLDER, 'prometheus.yml'), 'utf8'));
  return stringify({
    ...others,
    rule_files: rules.map((file: string) => join(FOLDER, file)),
    scrape_configs: scrapes.map((scrape: { job_name: string }) => ({
      ...scrape,
      tls_config: { insecure_skip_verify: true }, // the processes are on this machine, and their certificates for other names
      relabel_configs: [
        { source_labels: ['metrics_path'], target_label: '__metrics_path__' },
        { source_labels: ['scheme'], target_label: '__scheme__' },
        { regex: 'metrics_path|scheme', action: 'labeldrop' },
      ],
      static_configs: targets.map(({ app, address, path, scheme }) => ({
        targets: [address],
        labels: { app, metrics_path: path, scheme },
      })),
    })),
  });
}

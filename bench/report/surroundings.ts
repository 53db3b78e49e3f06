import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism, cpus, loadavg, release, totalmem, type } from 'node:os';
import { join } from 'node:path';
import { PEER_VERSIONS } from '../peers.ts';
import { ROOT } from '../processes.ts';

const PACKAGES = [
  '@apollo/gateway',
  '@apollo/server',
  '@apollo/subgraph',
  'graphql',
  'undici',
  'kysely',
  'better-sqlite3',
  'autocannon',
];

/** Conditions that the figures depend on: the machine, the versions, and other load. */
export function surroundings(withPeers: boolean): string {
  const require = createRequire(import.meta.url);
  const versions = PACKAGES.map((name) => `${name} ${versionOf(require, name)}`);
  const peers = withPeers ? Object.entries(PEER_VERSIONS).map(([name, version]) => `${name} ${version}`) : [];
  return [
    `- machine: ${availableParallelism()} × ${cpus()[0]?.model ?? 'unknown'}, ${(totalmem() / 2 ** 30).toFixed(0)} GB, ${type()} ${release()}`,
    `- load average when the report was written (1, 5, 15 minutes): ${loadavg()
      .map((load) => load.toFixed(2))
      .join(', ')}`,
    `- Node ${process.versions.node}, V8 ${process.versions.v8}`,
    `- packages: ${versions.join(', ')}`,
    ...(peers.length > 0 ? [`- peers: ${peers.join(', ')}`] : []),
    `- commit: ${commit()}`,
  ].join('\n');
}

function versionOf(require: NodeJS.Require, name: string): string {
  const folder = require.resolve.paths(name)?.map((path) => join(path, name, 'package.json'));
  for (const file of folder ?? []) {
    try {
      return String(JSON.parse(readFileSync(file, 'utf8')).version);
    } catch {
      // installed in a folder further up
    }
  }
  return 'unknown';
}

function commit(): string {
  try {
    const git = (...args: string[]) => execFileSync('git', args, { cwd: ROOT, encoding: 'utf8' }).trim();
    const isChanged = git('status', '--porcelain', '--untracked-files=no') !== '';
    return `${git('rev-parse', 'HEAD')}${isChanged ? ', with changes that are not committed' : ''}`;
  } catch {
    return 'unknown: no git here';
  }
}

import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** Versions of other gateways. They are not dependencies, and are installed here on demand. */
export const PEER_VERSIONS = {
  '@graphql-hive/gateway': '2.15.1',
  '@graphql-hive/router-runtime': '1.4.23',
  graphql: '16.15.0',
};

const FOLDER = join(import.meta.dirname, '.peers');
/** File with the versions. It is written last, so that an interrupted installation is repeated. */
const DONE = join(FOLDER, 'installed.json');
const HIVE_GATEWAY = join(FOLDER, 'node_modules', '@graphql-hive', 'gateway', 'dist', 'bin.js');
/** Timeout of the installation, of 500 MB. */
const INSTALL_TIMEOUT_MS = 15 * 60_000;

/** Installs the peers, unless these versions are installed. */
export async function installPeers(signal: AbortSignal): Promise<void> {
  const manifest = JSON.stringify({ private: true, dependencies: PEER_VERSIONS }, undefined, 2);
  if (existsSync(DONE) && (await readFile(DONE, 'utf8')) === manifest) return;
  console.log('Installing the peers into bench/.peers …');
  await mkdir(FOLDER, { recursive: true });
  await writeFile(join(FOLDER, 'package.json'), manifest);
  const args = ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--no-package-lock'];
  await promisify(execFile)('npm', args, { cwd: FOLDER, timeout: INSTALL_TIMEOUT_MS, signal });
  await writeFile(DONE, manifest);
}

/** Returns Node's arguments for Hive Gateway, and its working directory. */
export function hiveGateway(
  port: string,
  sdlFile: string,
  runtime: 'default' | 'rust',
): { args: string[]; cwd: string } {
  const options = ['--host', '127.0.0.1', '--port', port, '--fork', '1'];
  return {
    args: [HIVE_GATEWAY, 'supergraph', sdlFile, ...options, ...(runtime === 'rust' ? ['--hive-router-runtime'] : [])],
    cwd: FOLDER,
  };
}

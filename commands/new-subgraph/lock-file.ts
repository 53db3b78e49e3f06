import { readFileSync } from 'node:fs';
import { readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

// npm's lock file has two entries for each workspace, and node_modules has a link to it. `npm install` would write them, but asks
// the registry, and drops other platforms' packages from the lock file.

interface LockFile {
  readonly packages: Record<string, object>;
}

/** Returns true if a workspace of the project has that name. */
export function isWorkspace(root: string, name: string): boolean {
  const { packages }: LockFile = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  return linkOf(name) in packages;
}

/** Makes npm take the subgraph's folder for a workspace. */
export async function addWorkspace(root: string, name: string): Promise<void> {
  const folder = `subgraphs/${name}`;
  const {
    private: _,
    type,
    config,
    ...manifest
  } = JSON.parse(await readFile(join(root, folder, 'package.json'), 'utf8'));
  const link = join(root, linkOf(name));
  await rm(link, { force: true });
  await symlink(join('..', '..', 'subgraphs', name), link, 'junction');
  await changePackages(root, (packages) => ({
    ...packages,
    [linkOf(name)]: { resolved: folder, link: true },
    [folder]: manifest,
  }));
}

/** Undoes {@link addWorkspace}. */
export async function removeWorkspace(root: string, name: string): Promise<void> {
  await changePackages(root, ({ [linkOf(name)]: _, [`subgraphs/${name}`]: __, ...others }) => others);
  await rm(join(root, linkOf(name)), { force: true });
}

/** Writes the file in npm's format: two spaces, and the packages in order. */
async function changePackages(
  root: string,
  change: (packages: LockFile['packages']) => LockFile['packages'],
): Promise<void> {
  const file = join(root, 'package-lock.json');
  const lock: LockFile = JSON.parse(await readFile(file, 'utf8'));
  const packages = Object.entries(change(lock.packages)).toSorted(([a], [b]) => a.localeCompare(b, 'en'));
  await replaceFile(file, `${JSON.stringify({ ...lock, packages: Object.fromEntries(packages) }, null, 2)}\n`);
}

/** Writes a file as a whole or not at all. */
async function replaceFile(file: string, text: string): Promise<void> {
  await writeFile(`${file}.new`, text);
  await rename(`${file}.new`, file);
}

function linkOf(name: string): string {
  return `node_modules/@lockstep/${name}`;
}

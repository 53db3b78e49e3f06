import { existsSync } from 'node:fs';
import { cp, mkdir, readdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { ROOT } from './process.ts';
import { SUBGRAPH_NAMES } from './subgraphs.ts';

const COPIED = [
  'commands',
  'gateway',
  'runtime',
  'subgraph-kit',
  'subgraphs',
  'package.json',
  'ecosystem.config.js',
  'supergraph.yaml',
];
const SHARED = ['gateway', 'runtime', 'subgraph-kit'].map((name) => [name, name] as const);
const WORKSPACES: ReadonlyMap<string, string> = new Map([
  ...SHARED,
  ...SUBGRAPH_NAMES.map((name) => [name, `subgraphs/${name}`] as const),
]);

/** Copies the project into a folder, for a test to change its sources. Packages are links to the real ones. */
export async function copyProject(folder: string): Promise<void> {
  const isSource = (path: string) => !/[/\\](node_modules|data)$/.test(path);
  for (const path of COPIED) await cp(join(ROOT, path), join(folder, path), { recursive: true, filter: isSource });
  for (const path of [...WORKSPACES.values(), 'commands']) await linkModules(path, folder);
  const modules = join(folder, 'node_modules');
  await mkdir(join(modules, '@lockstep'), { recursive: true });
  for (const name of await readdir(join(ROOT, 'node_modules'))) {
    if (name !== '@lockstep') await symlink(join(ROOT, 'node_modules', name), join(modules, name));
  }
  for (const [name, path] of WORKSPACES) {
    await symlink(join(folder, path), join(modules, '@lockstep', name));
  }
}

/** Links the packages whose versions only one workspace has. */
async function linkModules(path: string, folder: string): Promise<void> {
  const modules = join(ROOT, path, 'node_modules');
  if (existsSync(modules)) await symlink(modules, join(folder, path, 'node_modules'));
}

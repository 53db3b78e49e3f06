import { existsSync } from 'node:fs';
import { cp, mkdir, readdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { ROOT } from './process.ts';
import { SUBGRAPH_NAMES } from './subgraphs.ts';

/** Files and folders that the project's processes and commands need. */
const RUNNING = [
  ...['commands', 'gateway', 'runtime', 'subgraph-kit', 'subgraphs'],
  ...['package.json', 'ecosystem.config.js', 'supergraph.yaml'],
];
/** Files and folders that running the project makes, and git's own. */
const MADE = /[/\\](node_modules|data|\.git|\.cache|\.peers|\.secret|\.env)$/;
const FOLDERS = ['gateway', 'runtime', 'subgraph-kit', 'commands', 'tests', 'bench'];
const WORKSPACES: ReadonlyMap<string, string> = new Map([
  ...FOLDERS.map((name) => [name, name] as const),
  ...SUBGRAPH_NAMES.map((name) => [name, `subgraphs/${name}`] as const),
]);

/** Copies the project into a folder, for a test to change its sources. Packages are links to the real ones. */
export function copyProject(folder: string): Promise<void> {
  return copy(folder, RUNNING);
}

/** Copies all files of the project, the tests and pages too, as {@link copyProject} does. */
export async function copyWholeProject(folder: string): Promise<void> {
  await copy(folder, await readdir(ROOT));
}

async function copy(folder: string, paths: readonly string[]): Promise<void> {
  const isSource = (path: string) => !MADE.test(path) && path !== join(ROOT, 'logs');
  for (const path of paths) await cp(join(ROOT, path), join(folder, path), { recursive: true, filter: isSource });
  const modules = join(folder, 'node_modules');
  await mkdir(join(modules, '@lockstep'), { recursive: true });
  for (const name of await readdir(join(ROOT, 'node_modules'))) {
    if (name !== '@lockstep') await symlink(join(ROOT, 'node_modules', name), join(modules, name));
  }
  for (const [name, path] of WORKSPACES) {
    if (!existsSync(join(folder, path))) continue;
    await linkModules(path, folder);
    await symlink(join(folder, path), join(modules, '@lockstep', name));
  }
}

/** Links the packages whose versions only one workspace has. */
async function linkModules(path: string, folder: string): Promise<void> {
  const modules = join(ROOT, path, 'node_modules');
  if (existsSync(modules)) await symlink(modules, join(folder, path, 'node_modules'));
}

import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { ROOT } from './process.ts';

/** A source file of the project. */
export interface Source {
  /** Path relative to the project, with slashes. */
  readonly path: string;
  readonly text: string;
  /** Import specifiers as written. */
  readonly imports: readonly string[];
  /** True if it only runs in tests. */
  readonly isTest: boolean;
}

const IMPORT = /(?:\bfrom|\bimport|\bimport\(|\bimport\.meta\.resolve\(|\brequire\()\s*'([^'\n]+)'/g;

/** Returns the source files in a folder of the project, at any depth. */
export function readSources(folder: string): Source[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && /\.[jt]s$/.test(entry.name) && !entry.parentPath.includes('node_modules'))
    .map((entry) => readSource(relative(ROOT, join(entry.parentPath, entry.name)).replaceAll(sep, '/')));
}

function readSource(path: string): Source {
  const text = readFileSync(join(ROOT, path), 'utf8');
  const imports = [...text.matchAll(IMPORT)].map(([, name = '']) => name);
  return { path, text, imports, isTest: /\.test\.ts$|\/(testing|fixtures)\//.test(path) };
}

/** Returns `@scope/name` for `@scope/name/path` and `name` for `name/path`; undefined for Node's own modules and relative files. */
export function packageOf(name: string): string | undefined {
  if (name.startsWith('node:') || name.startsWith('.')) return undefined;
  return name
    .split('/')
    .slice(0, name.startsWith('@') ? 2 : 1)
    .join('/');
}

/** A workspace's package.json, or the project's own. */
export interface Manifest {
  readonly folder: string;
  readonly name: string;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly optionalDependencies: Readonly<Record<string, string>>;
}

/** Returns the package.json of a folder of the project. */
export function readManifest(folder: string): Manifest {
  const {
    name,
    dependencies = {},
    devDependencies = {},
    optionalDependencies = {},
  } = readJson(join(folder, 'package.json'));
  return { folder, name, dependencies, devDependencies, optionalDependencies };
}

/** Returns the workspaces that the project's package.json names. */
export function readWorkspaces(): Manifest[] {
  const patterns: string[] = readJson('package.json').workspaces;
  const folders = patterns.flatMap((pattern) => {
    if (!pattern.endsWith('/*')) return [pattern];
    const parent = pattern.slice(0, -2);
    return readdirSync(join(ROOT, parent)).map((name) => `${parent}/${name}`);
  });
  return folders.map(readManifest);
}

/** Parses a JSON file of the project. */
export function readJson(path: string) {
  return JSON.parse(readFileSync(join(ROOT, path), 'utf8'));
}

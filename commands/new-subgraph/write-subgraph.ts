import { spawnSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { CommandError } from '../terminal/command.ts';
import { type Names, rename as renameIn } from './names.ts';

const TEMPLATE = join(import.meta.dirname, 'template');
const BIOME = createRequire(import.meta.url).resolve('@biomejs/biome/bin/biome');

/** Characters that are no code: comments of TypeScript and GraphQL, and strings. */
const NOT_CODE = /\/\*[\s\S]*?\*\/|\/\/ .*|"""[\s\S]*?"""|"[^"\n]*"|'[^'\n]*'/g;

/**
 * Writes the template under new names to `subgraphs/NAME`: all of its files, or none.
 *
 * @throws {CommandError} if the template's code uses a name itself
 */
export async function writeSubgraph(root: string, names: Names, port: number): Promise<void> {
  const files = globSync('**/*.*', { cwd: TEMPLATE });
  requireUnused(files, names);
  const cache = join(root, '.cache'); // on the same disk as the place of the folder
  await mkdir(cache, { recursive: true });
  const draft = await mkdtemp(join(cache, 'new-subgraph-'));
  try {
    for (const file of files) {
      const to = join(draft, renameIn(file, names));
      await mkdir(dirname(to), { recursive: true });
      await writeFile(to, renameIn(await readFile(join(TEMPLATE, file), 'utf8'), names));
    }
    await setPort(join(draft, 'package.json'), port);
    format(draft, root);
    await rename(draft, join(root, 'subgraphs', names.subgraph));
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

/** @throws {CommandError} if a new name is also one of the template's own: of a variable, a type, a keyword */
function requireUnused(files: readonly string[], names: Names): void {
  const code = files.map((file) => readFileSync(join(TEMPLATE, file), 'utf8').replaceAll(NOT_CODE, ' ')).join('\n');
  const used = new Set(code.match(/\w+/g));
  const given = ['sampleItems', 'sampleItem', 'SampleItems', 'SampleItem'].map((name) => renameIn(name, names));
  const clash = given.find((name) => used.has(name));
  if (clash)
    throw new CommandError(`${names.subgraph}: the code of a subgraph uses the name ${clash} itself; give another`);
}

async function setPort(file: string, port: number): Promise<void> {
  const manifest = JSON.parse(await readFile(file, 'utf8'));
  await writeFile(file, `${JSON.stringify({ ...manifest, config: { ...manifest.config, port } }, null, 2)}\n`);
}

/** Breaks lines and sorts imports by the new names. @throws {CommandError} if one of the names is a keyword */
function format(folder: string, root: string): void {
  const args = [BIOME, 'check', '--write', '--vcs-enabled=false', folder]; // git ignores the folder of drafts
  const { status, stderr, stdout } = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' });
  if (status !== 0)
    throw new CommandError(`The code can't be written with these names; give others\n${stdout}${stderr}`);
}

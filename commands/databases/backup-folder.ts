import { createHash } from 'node:crypto';
import { createReadStream, readFileSync } from 'node:fs';
import { mkdir, open, readdir, rename, stat, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { CommandError } from '../terminal/command.ts';

/** What a backup has; written last, so that a folder with this file is whole. */
export interface Contents {
  /** ISO 8601 in UTC. */
  readonly takenAt: string;
  readonly databases: readonly Backup[];
}

/** The backup of one database. */
export interface Backup {
  /** The subgraph's. */
  readonly name: string;
  /** Within the folder. */
  readonly file: string;
  readonly sizeBytes: number;
  readonly sha256: string;
}

const CONTENTS_FILE = 'backup.json';

/**
 * The folder that a command was given as its only argument, relative to where it was typed.
 *
 * @throws {CommandError} where there is none, or more
 */
export function folderArgument(args: readonly string[], command: string): string {
  const [folder, ...more] = args;
  if (!folder || folder.startsWith('-') || more.length > 0) {
    throw new CommandError(`Give one folder: npm run ${command} -- FOLDER`);
  }
  return resolve(process.env.INIT_CWD ?? '.', folder); // npm runs commands in the project's folder
}

/** Makes the folder, if need be. @throws {CommandError} where that can't be done, or it has something in it */
export async function prepareFolder(folder: string): Promise<void> {
  let found: string[];
  try {
    await mkdir(folder, { recursive: true });
    found = await readdir(folder);
  } catch (error) {
    throw new CommandError(`${folder} can't be written to: ${reasonOf(error)}`);
  }
  if (found.length > 0) throw new CommandError(`${folder} is not empty: give each backup a folder of its own`);
}

/** What the file is now, for {@link Backup}. */
export async function fingerprint(file: string): Promise<Pick<Backup, 'sizeBytes' | 'sha256'>> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return { sizeBytes: (await stat(file)).size, sha256: hash.digest('hex') };
}

export async function writeContents(folder: string, contents: Contents): Promise<void> {
  const file = join(folder, CONTENTS_FILE);
  await writeFile(`${file}.new`, `${JSON.stringify(contents, undefined, 2)}\n`);
  await sync(`${file}.new`);
  await rename(`${file}.new`, file);
  await syncFolderOf(file);
}

/** @throws {CommandError} where the folder has no backup, or one that was never finished */
export function readContents(folder: string): Contents {
  const contents = parse(join(folder, CONTENTS_FILE));
  if (isContents(contents)) return contents;
  throw new CommandError(`${folder} has no whole backup: its ${CONTENTS_FILE}, which is written last, can't be read`);
}

/** Resolves when what was written to the file is on the disk. */
export async function sync(file: string): Promise<void> {
  const handle = await open(file, 'r+');
  await handle.sync().finally(() => handle.close());
}

/** The same for the file's name. */
export async function syncFolderOf(file: string): Promise<void> {
  if (process.platform === 'win32') return; // there a folder can't be opened, and a renaming is written at once
  const handle = await open(dirname(file), 'r');
  await handle.sync().finally(() => handle.close());
}

export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function parse(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

function isContents(value: unknown): value is Contents {
  return isObject(value) && typeof value.takenAt === 'string' && isArrayOf(value.databases, isBackup);
}

function isBackup(value: unknown): value is Backup {
  return (
    isObject(value) &&
    typeof value.name === 'string' &&
    typeof value.file === 'string' &&
    typeof value.sizeBytes === 'number' &&
    typeof value.sha256 === 'string'
  );
}

function isArrayOf<Item>(value: unknown, isItem: (item: unknown) => item is Item): value is Item[] {
  return Array.isArray(value) && value.every(isItem);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

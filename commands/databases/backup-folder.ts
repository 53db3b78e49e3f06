import { createHash } from 'node:crypto';
import { createReadStream, readFileSync } from 'node:fs';
import { mkdir, open, readdir, rename, stat, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { CommandError } from '../terminal/command.ts';

/** Contents of a backup. They are written last, so a folder that has them is complete. */
export interface Contents {
  /** ISO 8601 in UTC. */
  readonly takenAt: string;
  readonly databases: readonly Backup[];
}

/** Backup of one database. */
export interface Backup {
  /** Name of the subgraph. */
  readonly name: string;
  /** Name of the file in the folder. */
  readonly file: string;
  readonly sizeBytes: number;
  readonly sha256: string;
}

const CONTENTS_FILE = 'backup.json';

/**
 * Returns the folder that is a command's only argument, relative to the folder that the command was typed in.
 *
 * @throws {CommandError} if there is none, or more
 */
export function folderArgument(args: readonly string[], command: string): string {
  const [folder, ...more] = args;
  if (!folder || folder.startsWith('-') || more.length > 0) {
    throw new CommandError(`Give one folder: npm run ${command} -- FOLDER`);
  }
  return resolve(process.env.INIT_CWD ?? '.', folder); // npm runs commands in the project's folder
}

/** Creates the folder, for its owner only, if it doesn't exist. @throws {CommandError} if it isn't empty or can't be created */
export async function prepareFolder(folder: string): Promise<void> {
  let found: string[];
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    found = await readdir(folder);
  } catch (error) {
    throw new CommandError(`${folder} can't be written to (${reasonOf(error)}); give another folder`);
  }
  if (found.length > 0) throw new CommandError(`${folder} is not empty; give each backup a folder of its own`);
}

/** Returns the size and the hash of a file. */
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

/** @throws {CommandError} if the folder has no backup, or one that was never finished */
export function readContents(folder: string): Contents {
  const contents = parse(join(folder, CONTENTS_FILE));
  if (isContents(contents)) return contents;
  throw new CommandError(
    `${folder} has no complete backup (${CONTENTS_FILE}, which is written last, can't be read); use another folder`,
  );
}

/** Resolves when the contents of the file are on the disk. */
export async function sync(file: string): Promise<void> {
  const handle = await open(file, 'r+');
  await handle.sync().finally(() => handle.close());
}

/** Resolves when the name of the file is on the disk. */
export async function syncFolderOf(file: string): Promise<void> {
  if (process.platform === 'win32') return; // Windows opens no folder as a file, and writes a renaming at once
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

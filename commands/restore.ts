import { createReadStream, createWriteStream, existsSync } from 'node:fs';
import { chmod, chown, link, mkdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { parseArgs } from 'node:util';
import { restoreMarkOf } from '@lockstep/subgraph-kit/database/engines/unfinished-restore.ts';
import { fingerprint, folderArgument, readContents, reasonOf, sync, syncFolderOf } from './databases/backup-folder.ts';
import { locateDatabases } from './databases/find-databases.ts';
import { type Restoration, toRestorations } from './databases/restorations.ts';
import {
  checkServers,
  markServers,
  restoreServer,
  type ServerRestoration,
  unmarkServers,
} from './databases/server-restore.ts';
import { type Exclusive, lockOut, sqliteCodeOf } from './databases/sqlite-file.ts';
import { readAppsInForce } from './processes/in-force.ts';
import { CommandError, runCommand } from './terminal/command.ts';
import { Progress } from './terminal/progress.ts';

// `npm run restore -- FOLDER`: puts the databases of a backup in the place of those that are there, which are kept beside
// them. The subgraphs have to be stopped. Nothing is replaced until all of the backup is beside its place, checked and
// on the disk; then each is replaced by one renaming, so that there is the old one or the new one, and never a part. From the
// first to the last renaming each database has a mark, with which its subgraph refuses to start.
// `npm run restore -- FOLDER --without NAME` leaves the database of that subgraph as it is.

/** Suffixes of the files that a database consists of if it wasn't closed in order. */
const PARTS = ['', '-wal', '-journal'];
/** Suffixes of files that SQLite would take for the restored database's. */
const BESIDE = ['-wal', '-journal', '-shm'];

const PERCENT = 100;
const OWNER_ONLY = 0o600;

await runCommand(async () => {
  const { folder, without } = readArguments(process.argv.slice(2));
  const { takenAt, databases } = readContents(folder);
  const known = locateDatabases(await readAppsInForce());
  const [restorations, servers] = toRestorations(known, databases, folder, without);
  const locks: Exclusive[] = [];
  try {
    for (const restoration of restorations) locks.push(...takeOver(restoration));
    for (const restoration of restorations) await stage(restoration, folder);
    await checkServers(servers, folder);
    await replaceAll(restorations, servers, folder);
  } finally {
    for (const { staged } of restorations) await rm(staged, { force: true });
    for (const lock of locks) lock.close();
  }
  console.log(`\nRestored the databases of ${takenAt}\n  npm start    serves them`);
});

function readArguments(args: string[]): { folder: string; without: readonly string[] } {
  const { values, positionals } = parse(args);
  return { folder: folderArgument(positionals, 'restore'), without: values.without ?? [] };
}

function parse(args: string[]) {
  try {
    return parseArgs({ args, allowPositionals: true, options: { without: { type: 'string', multiple: true } } });
  } catch {
    return { values: { without: [] }, positionals: [] };
  }
}

/** Locks the database that is to be replaced. @throws {CommandError} if a process has it open */
function takeOver({ name, path }: Restoration): Exclusive[] {
  if (!existsSync(path)) return [];
  try {
    return [lockOut(path)];
  } catch (error) {
    const code = sqliteCodeOf(error) ?? '';
    if (code.startsWith('SQLITE_BUSY')) {
      throw new CommandError(`${name}: a process has ${path} open; npm stop, then restore again`);
    }
    // A damaged database may be the reason for restoring.
    if (!code.startsWith('SQLITE_NOTADB') && !code.startsWith('SQLITE_CORRUPT'))
      throw new CommandError(reasonOf(error));
    console.log(`${name}: ${path} can't be read (${reasonOf(error)})`);
    return [];
  }
}

/** Copies the backup beside its place. @throws {CommandError} if the backup is damaged or doesn't fit */
async function stage({ name, file, sizeBytes, sha256, path, staged }: Restoration, folder: string): Promise<void> {
  console.log(`${name}: copying ${(sizeBytes / 1e6).toFixed(1)} MB`);
  const source = join(folder, file);
  try {
    await mkdir(dirname(path), { recursive: true });
    await copy(source, staged, new Progress(`${name}, percent`, PERCENT), sizeBytes);
    if (existsSync(path)) await takeOwner(path, staged);
    else await chmod(staged, OWNER_ONLY);
    await sync(staged);
  } catch (error) {
    throw new CommandError(`Nothing was restored: ${reasonOf(error)}`);
  }
  const found = await fingerprint(staged);
  if (found.sizeBytes === sizeBytes && found.sha256 === sha256) return;
  throw new CommandError(`${source}: damaged since the backup, so nothing was restored; use another backup`);
}

async function copy(source: string, staged: string, progress: Progress, sizeBytes: number): Promise<void> {
  const reading = createReadStream(source);
  reading.on('data', () => progress.reach(Math.min(PERCENT, Math.floor((PERCENT * reading.bytesRead) / sizeBytes))));
  await pipeline(reading, createWriteStream(staged, { mode: OWNER_ONLY }));
}

/** Gives the copy the owner and the mode of the database that it replaces. */
async function takeOwner(path: string, staged: string): Promise<void> {
  const { mode, uid, gid } = await stat(path);
  await chmod(staged, mode);
  await chown(staged, uid, gid);
}

/** Puts all copies in place. If it doesn't come to its end, a mark stays at each database. */
async function replaceAll(
  restorations: readonly Restoration[],
  servers: readonly ServerRestoration[],
  folder: string,
): Promise<void> {
  const marks = restorations.map(({ path }) => restoreMarkOf(path));
  for (const mark of marks) {
    await writeFile(mark, `${folder}\n`);
    await sync(mark);
    await syncFolderOf(mark);
  }
  await markServers(servers, folder);
  for (const server of servers) await restoreServer(server, folder);
  for (const restoration of restorations) await replace(restoration);
  await unmarkServers(servers);
  for (const mark of marks) {
    await rm(mark);
    await syncFolderOf(mark);
  }
}

/** Puts the copy in place. @throws {CommandError} if that fails; the old database is still there */
async function replace({ name, path, staged }: Restoration): Promise<void> {
  const kept = `${path}.replaced-${new Date().toISOString().replaceAll(':', '-')}`;
  try {
    for (const part of PARTS.filter((part) => existsSync(path + part))) await link(path + part, kept + part);
    for (const part of BESIDE) await rm(path + part, { force: true });
    await rename(staged, path);
    await syncFolderOf(path);
  } catch (error) {
    throw new CommandError(`${name}: not restored (${reasonOf(error)}); fix that, and restore again`);
  }
  console.log(`${name}: restored${existsSync(kept) ? `; the previous database is now ${kept}` : ''}`);
}

import { existsSync } from 'node:fs';
import { chmod, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isPostgresUrl } from '@lockstep/subgraph-kit/database/engines/postgres-url.ts';
import { requireFinishedRestore } from '@lockstep/subgraph-kit/database/engines/unfinished-restore.ts';
import {
  type Backup,
  fingerprint,
  folderArgument,
  prepareFolder,
  reasonOf,
  sync,
  writeContents,
} from './databases/backup-folder.ts';
import { locateDatabases } from './databases/find-databases.ts';
import type { DatabaseLocation } from './databases/read-rows.ts';
import { dumpSnapshot, pinServers, type ServerSnapshot } from './databases/server-snapshot.ts';
import { copySnapshot, pinTogether, type Snapshot } from './databases/sqlite-file.ts';
import { readAppsInForce } from './processes/in-force.ts';
import { CommandError, runCommand } from './terminal/command.ts';
import { Progress } from './terminal/progress.ts';

// `npm run backup -- FOLDER`: writes each subgraph's database to the folder, as they all were at one moment. The graph
// may run, and be under load.

const PERCENT = 100;
const OWNER_ONLY = 0o600;

await runCommand(async () => {
  const folder = folderArgument(process.argv.slice(2), 'backup');
  const databases = locateDatabases(await readAppsInForce());
  for (const { name, location: path } of databases) {
    if (isPostgresUrl(path)) continue;
    if (!existsSync(path))
      throw new CommandError(`${name}: no database at ${path}, so nothing was backed up; npm start creates it`);
    requireFinishedRestore(path);
  }
  await prepareFolder(folder);
  const backups = await backUp(databases, folder);
  console.log(`
Backed up ${backups.map(({ name, sizeBytes }) => `${name} (${(sizeBytes / 1e6).toFixed(1)} MB)`).join(', ')} to ${folder}
  npm stop && npm run restore -- ${folder} && npm start    restores it`);
});

/** Writes the backups. @throws {CommandError} if something fails; then the folder is empty again */
async function backUp(databases: readonly DatabaseLocation[], folder: string): Promise<Backup[]> {
  const [servers, files] = [databases.filter(isOnServer), databases.filter((database) => !isOnServer(database))];
  const pinned: { close(): unknown }[] = [];
  try {
    const { snapshots, others } = await pinServers(servers, () => pinTogether(files.map(({ location }) => location)));
    pinned.push(...snapshots, ...others);
    const takenAt = new Date().toISOString();
    const backups: Backup[] = [];
    for (const [index, { name }] of files.entries()) {
      const snapshot = others[index];
      if (snapshot) backups.push(await write(snapshot, name, folder));
    }
    for (const snapshot of snapshots) backups.push(await dump(snapshot, folder));
    await writeContents(folder, { takenAt, databases: backups });
    return backups;
  } catch (error) {
    for (const file of await readdir(folder)) await rm(join(folder, file));
    throw new CommandError(`Nothing was backed up to ${folder}: ${reasonOf(error)}`);
  } finally {
    for (const snapshot of pinned) await snapshot.close();
  }
}

function isOnServer({ location }: DatabaseLocation): boolean {
  return isPostgresUrl(location);
}

async function dump(snapshot: ServerSnapshot, folder: string): Promise<Backup> {
  const { name } = snapshot;
  const file = join(folder, `${name}.dump`);
  console.log(`${name}: pg_dump writes its tables`);
  await dumpSnapshot(snapshot, file);
  await chmod(file, OWNER_ONLY);
  await sync(file);
  return { name, file: `${name}.dump`, ...(await fingerprint(file)) };
}

async function write(snapshot: Snapshot, name: string, folder: string): Promise<Backup> {
  const file = join(folder, `${name}.sqlite`);
  const progress = new Progress(`${name}, percent`, PERCENT);
  await copySnapshot(snapshot, file, (copied) => progress.reach(Math.floor(PERCENT * copied)));
  await sync(file);
  progress.reach(PERCENT);
  return { name, file: `${name}.sqlite`, ...(await fingerprint(file)) };
}

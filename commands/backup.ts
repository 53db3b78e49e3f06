import { existsSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
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
import { findDatabases, type SubgraphDatabase } from './databases/find-databases.ts';
import { copySnapshot, pinTogether, type Snapshot } from './databases/sqlite-file.ts';
import { readAppsInForce } from './processes/in-force.ts';
import { CommandError, runCommand } from './terminal/command.ts';
import { Progress } from './terminal/progress.ts';

// `npm run backup -- FOLDER`: writes each subgraph's database to the folder, as they all were at one moment. The graph
// may run, and be under load.

const PERCENT = 100;

await runCommand(async () => {
  const folder = folderArgument(process.argv.slice(2), 'backup');
  const databases = findDatabases(await readAppsInForce());
  for (const { name, path } of databases) {
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
async function backUp(databases: readonly SubgraphDatabase[], folder: string): Promise<Backup[]> {
  let snapshots: Snapshot[] = [];
  try {
    snapshots = pinTogether(databases.map(({ path }) => path));
    const takenAt = new Date().toISOString();
    const backups: Backup[] = [];
    for (const [index, { name }] of databases.entries()) {
      const snapshot = snapshots[index];
      if (snapshot) backups.push(await write(snapshot, name, folder));
    }
    await writeContents(folder, { takenAt, databases: backups });
    return backups;
  } catch (error) {
    for (const file of await readdir(folder)) await rm(join(folder, file));
    throw new CommandError(`Nothing was backed up to ${folder}: ${reasonOf(error)}`);
  } finally {
    for (const snapshot of snapshots) snapshot.close();
  }
}

async function write(snapshot: Snapshot, name: string, folder: string): Promise<Backup> {
  const file = join(folder, `${name}.sqlite`);
  const progress = new Progress(`${name}, percent`, PERCENT);
  await copySnapshot(snapshot, file, (copied) => progress.reach(Math.floor(PERCENT * copied)));
  await sync(file);
  progress.reach(PERCENT);
  return { name, file: `${name}.sqlite`, ...(await fingerprint(file)) };
}

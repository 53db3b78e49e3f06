import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { createUser } from '../harness/client.ts';
import { type Afterwards, start, temporaryFolder } from '../harness/graph.ts';
import { type DatabaseVariables, databasesIn, runCommand, SUBGRAPHS } from './backup-command.ts';

/** Folders of the databases and of a backup, with one user. */
export interface Scene {
  readonly folder: string;
  readonly backup: string;
  readonly variables: DatabaseVariables;
}

/** Creates databases with one user and their backup. Returns a function that copies them for one test. */
export async function createScenes(t: Afterwards): Promise<(t: TestContext) => Promise<Scene>> {
  const original = await backedUp(t);
  return async (t) => {
    const folder = await temporaryFolder(t);
    await cp(original.folder, folder, { recursive: true });
    return sceneIn(folder);
  };
}

/** Creates databases with one user, and their backup, from which every test starts. */
async function backedUp(t: Afterwards): Promise<Scene> {
  const made = sceneIn(await temporaryFolder(t));
  for (const name of SUBGRAPHS) {
    const subgraph = await start(t, `subgraphs/${name}`, { SUBGRAPH_SECRET: '', ...made.variables });
    if (name === 'users') await createUser(subgraph.url, 'ada@example.com');
    await subgraph.stop();
  }
  const { code, stderr } = await runCommand('backup', [made.backup], made.variables);
  assert.equal(code, 0, stderr);
  return made;
}

function sceneIn(folder: string): Scene {
  return { folder, backup: join(folder, 'backup'), variables: databasesIn(folder) };
}

/** Returns the files without the empty ones that SQLite leaves beside a database that was read. */
export function filesIn(folder: string): string[] {
  return readdirSync(folder).filter((name) => !/-(wal|shm)$/.test(name));
}

/** Takes the database of orders off the list of the backup. */
export function withoutOrders(backup: string): void {
  const file = join(backup, 'backup.json');
  const contents = JSON.parse(readFileSync(file, 'utf8'));
  const databases = contents.databases.filter(({ name }: { name: string }) => name !== 'orders');
  writeFileSync(file, JSON.stringify({ ...contents, databases }));
}

/** Changes a few bytes of the file. */
export function overwrite(file: string): void {
  const bytes = readFileSync(file);
  bytes.write('Mallory', bytes.lastIndexOf('Ada'));
  writeFileSync(file, bytes);
}

/** Adds a database to the list of the backup. */
export function addDatabase(backup: string): void {
  const file = join(backup, 'backup.json');
  const contents = JSON.parse(readFileSync(file, 'utf8'));
  writeFileSync(
    file,
    JSON.stringify({ ...contents, databases: [...contents.databases, { ...contents.databases[0], name: 'reviews' }] }),
  );
}

/** Gives the first database of the backup another name. */
export function renameDatabase(backup: string): void {
  const file = join(backup, 'backup.json');
  writeFileSync(file, readFileSync(file, 'utf8').replace('"name": "users"', '"name": "reviews"'));
}

import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { readApps } from './apps.ts';
import { CommandError } from './command.ts';

/** The database of one subgraph. */
export interface SubgraphDatabase {
  /** The subgraph's, which its app has too. */
  readonly name: string;
  readonly path: string;
}

/**
 * The databases of this project's subgraphs, where each subgraph's own configuration says that it has one in this
 * environment.
 *
 * @throws {CommandError} where the environment can't be used, or says that one is in memory only
 */
export async function findDatabases(): Promise<SubgraphDatabase[]> {
  const databases: SubgraphDatabase[] = [];
  for (const { name, script, env } of readApps()) {
    const configuration = join(dirname(script), 'config.ts');
    if (existsSync(configuration)) databases.push({ name, path: await databasePathOf(name, configuration, env) });
  }
  return databases;
}

async function databasePathOf(name: string, configuration: string, env: NodeJS.ProcessEnv): Promise<string> {
  const { readConfig }: { readConfig(env: NodeJS.ProcessEnv): { databasePath: string } } = await import(configuration);
  const path = readDatabasePath(() => readConfig({ ...process.env, ...env, SUBGRAPH_SECRET_FILE: undefined }));
  if (path === ':memory:') throw new CommandError(`${name} has its database in memory: there is no file of it`);
  return path;
}

function readDatabasePath(read: () => { databasePath: string }): string {
  try {
    return read().databasePath;
  } catch (error) {
    throw new CommandError(error instanceof Error ? error.message : String(error));
  }
}

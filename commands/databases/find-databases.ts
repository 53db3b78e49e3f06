import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { readSubgraphConfig } from '@lockstep/subgraph-kit/subgraph-config.ts';
import type { App } from '../processes/apps.ts';
import { CommandError } from '../terminal/command.ts';

/** Database of one subgraph. */
export interface SubgraphDatabase {
  /** Name of the subgraph and of its app. */
  readonly name: string;
  readonly path: string;
}

const IN_MEMORY = ':memory:';

/**
 * Returns the databases of this project's subgraphs.
 *
 * @param apps apps in the environment that is in force
 * @throws {ConfigurationError} if the environment is invalid
 * @throws {CommandError} if a database is in memory
 */
export function findDatabases(apps: readonly App[]): SubgraphDatabase[] {
  const databases = listDatabases(apps);
  const inMemory = databases.find(({ path }) => path === IN_MEMORY);
  if (inMemory) throw new CommandError(`${inMemory.name}: its database is in memory, so there is no file to work on`);
  return databases;
}

/** Returns those of the databases that are files. @throws {ConfigurationError} if the environment is invalid */
export function findDatabaseFiles(apps: readonly App[]): SubgraphDatabase[] {
  return listDatabases(apps).filter(({ path }) => path !== IN_MEMORY);
}

function listDatabases(apps: readonly App[]): SubgraphDatabase[] {
  return apps.flatMap(({ name, script, env }) => {
    const schema = join(dirname(dirname(script)), 'schema.graphql');
    // Reading the configuration would make the file of the secret.
    const withoutSecret = { ...env, SUBGRAPH_SECRET_FILE: undefined };
    if (!existsSync(schema)) return [];
    return [{ name, path: readSubgraphConfig({ name, port: 0, schema }, withoutSecret).database }];
  });
}

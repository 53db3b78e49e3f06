import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isPostgresUrl } from '@lockstep/subgraph-kit/database/engines/postgres-url.ts';
import { readSubgraphConfig } from '@lockstep/subgraph-kit/subgraph-config.ts';
import type { App } from '../processes/apps.ts';
import { CommandError } from '../terminal/command.ts';
import type { DatabaseLocation } from './read-rows.ts';

/** Database file of one subgraph. */
export interface SubgraphDatabase {
  /** Name of the subgraph and of its app. */
  readonly name: string;
  readonly path: string;
}

const IN_MEMORY = ':memory:';

/** Returns the databases that are files. @throws {ConfigurationError} if the environment is invalid */
export function findDatabaseFiles(apps: readonly App[]): SubgraphDatabase[] {
  return listDatabases(apps)
    .filter(({ location }) => location !== IN_MEMORY && !isPostgresUrl(location))
    .map(({ name, location }) => ({ name, path: location }));
}

/**
 * Returns the databases of this project's subgraphs, on either engine.
 *
 * @throws {ConfigurationError} if the environment is invalid
 * @throws {CommandError} if a database is in memory
 */
export function locateDatabases(apps: readonly App[]): DatabaseLocation[] {
  const databases = listDatabases(apps);
  const inMemory = databases.find(({ location }) => location === IN_MEMORY);
  if (inMemory) throw new CommandError(`${inMemory.name}: its database is in memory, so there is no file to work on`);
  return databases;
}

/** Returns the databases, also those in memory. @throws {ConfigurationError} if the environment is invalid */
export function listDatabases(apps: readonly App[]): DatabaseLocation[] {
  return apps.flatMap(({ name, script, env }) => {
    const schema = join(dirname(dirname(script)), 'schema.graphql');
    // Reading the configuration would make the file of the secret.
    const withoutSecret = { ...env, SUBGRAPH_SECRET_FILE: undefined };
    if (!existsSync(schema)) return [];
    return [{ name, location: readSubgraphConfig({ name, port: 0, schema }, withoutSecret).database }];
  });
}

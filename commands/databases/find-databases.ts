import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ConfigurationError } from '@lockstep/runtime/configuration-error.ts';
import { readSubgraphConfig } from '@lockstep/subgraph-kit/subgraph-config.ts';
import type { App } from '../processes/apps.ts';
import { CommandError } from '../terminal/command.ts';

/** Database of one subgraph. */
export interface SubgraphDatabase {
  /** Name of the subgraph and of its app. */
  readonly name: string;
  readonly path: string;
}

/**
 * Returns the databases of this project's subgraphs.
 *
 * @param apps apps in the environment that is in force
 * @throws {CommandError} if the environment is invalid, or a database is in memory
 */
export function findDatabases(apps: readonly App[]): SubgraphDatabase[] {
  return apps.flatMap(({ name, script, env }) => {
    const schema = join(dirname(dirname(script)), 'schema.graphql');
    return existsSync(schema) ? [{ name, path: databasePathOf(name, schema, env) }] : [];
  });
}

function databasePathOf(name: string, schema: string, env: NodeJS.ProcessEnv): string {
  // Reading the configuration would make the file of the secret.
  const path = readDatabasePath(name, schema, { ...env, SUBGRAPH_SECRET_FILE: undefined });
  if (path === ':memory:') throw new CommandError(`${name}: its database is in memory, so there is no file to work on`);
  return path;
}

function readDatabasePath(name: string, schema: string, env: NodeJS.ProcessEnv): string {
  try {
    return readSubgraphConfig({ name, port: 0, schema }, env).databasePath;
  } catch (error) {
    if (error instanceof ConfigurationError) throw new CommandError(error.message);
    throw error;
  }
}

import { existsSync } from 'node:fs';
import { createLogger } from '@lockstep/runtime/logging.ts';
import { isPostgresUrl } from '@lockstep/subgraph-kit/database/engines/postgres-url.ts';
import { openDatabase } from '@lockstep/subgraph-kit/database/open-database.ts';
import Database from 'better-sqlite3';
import { CommandError } from '../terminal/command.ts';

/** Runs a query on a database that is open. */
export type ReadRows = <Row>(query: string) => Promise<Row[]>;

/**
 * Opens a database for reading, on either engine.
 *
 * @param name of its subgraph, for errors: the location may have a password
 * @throws {CommandError} if it isn't there or can't be read
 */
export async function withRows<Result>(
  { name, location }: { name: string; location: string },
  read: (rows: ReadRows) => Promise<Result>,
): Promise<Result> {
  if (isPostgresUrl(location)) return withPostgres(name, location, read);
  if (!existsSync(location)) throw new CommandError(`${location}: no such database; npm start creates it`);
  let database: Database.Database | undefined;
  try {
    const opened = new Database(location, { readonly: true });
    database = opened;
    return await read(async <Row>(query: string) => opened.prepare<[], Row>(query).all());
  } catch (error) {
    if (!(error instanceof Database.SqliteError)) throw error;
    throw new CommandError(`${location}: ${error.message}`);
  } finally {
    database?.close();
  }
}

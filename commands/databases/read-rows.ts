import { existsSync } from 'node:fs';
import { createLogger } from '@lockstep/runtime/logging.ts';
import { isPostgresUrl } from '@lockstep/subgraph-kit/database/engines/postgres-url.ts';
import { openDatabase } from '@lockstep/subgraph-kit/database/open-database.ts';
import Database from 'better-sqlite3';
import { sql } from 'kysely';
import { CommandError } from '../terminal/command.ts';

/** Runs a query on a database that is open. */
export type ReadRows = <Row>(query: string) => Promise<Row[]>;

/** Database of a subgraph, on either engine. */
export interface DatabaseLocation {
  /** Name of the subgraph. */
  readonly name: string;
  /** Path of its file, or URL on a PostgreSQL server, which may have a password. */
  readonly location: string;
}

const UNBOUNDED = { maxConnections: 1, waitTimeoutMs: 5000, statementTimeoutMs: undefined };

/** Opens a database for reading. @throws {CommandError} if it isn't there or can't be read */
export async function withRows<Result>(
  { name, location }: DatabaseLocation,
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

async function withPostgres<Result>(name: string, url: string, read: (rows: ReadRows) => Promise<Result>) {
  const logger = createLogger(name, { format: 'json', level: 'silent' });
  const db = await openDatabase<unknown>(url, logger, { bounds: UNBOUNDED });
  try {
    return await read(async <Row>(query: string) => (await sql.raw<Row>(query).execute(db)).rows);
  } catch (error) {
    if (error instanceof CommandError) throw error;
    throw new CommandError(`${name}: its database can't be read (${reasonOf(error)})`);
  } finally {
    await db.destroy();
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
}

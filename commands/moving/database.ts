import { resolve } from 'node:path';
import { createLogger } from '@lockstep/runtime/logging.ts';
import { isPostgresUrl } from '@lockstep/subgraph-kit/database/engines/postgres-url.ts';
import { openDatabase } from '@lockstep/subgraph-kit/database/open-database.ts';
import { CommandError } from '../terminal/command.ts';
import { PostgresMoves } from './engines/postgres.ts';
import { SqliteMoves } from './engines/sqlite.ts';
import { CONNECTION_NAME, type Database, type MovingEngine } from './moving-engine.ts';

/** Database that is moved, or moved to. */
export interface MovedDatabase {
  /** Location as the operator gives it to the subgraph. */
  readonly location: string;
  /** Location without a password, for messages and marks. */
  readonly shown: string;
  readonly db: Database;
  readonly engine: MovingEngine;
}

const BOUNDS = { maxConnections: 1, waitTimeoutMs: 5000, statementTimeoutMs: undefined };

/** Opens one of the two databases for the work. @throws {CommandError} if it can't be opened */
export async function withDatabase<Result>(
  location: string,
  work: (database: MovedDatabase) => Promise<Result>,
): Promise<Result> {
  const isOnServer = isPostgresUrl(location);
  const logger = createLogger('move', { format: 'json', level: 'silent' });
  const db: Database = await openDatabase(isOnServer ? named(location) : location, logger, { bounds: BOUNDS });
  try {
    return await work({ location, shown: show(location), db, engine: isOnServer ? PostgresMoves : SqliteMoves });
  } finally {
    await db.destroy();
  }
}

/** Returns the location without a password. @throws {CommandError} if it is a malformed URL */
export function show(location: string): string {
  if (!isPostgresUrl(location)) return resolve(location);
  const url = parse(location);
  if (url.password !== '') url.password = '***';
  if (url.searchParams.has('password')) url.searchParams.set('password', '***');
  return url.href;
}

/** Returns the message of an error, or that of what caused it: "unavailable" hides the reason from clients only. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  if (cause instanceof AggregateError) return cause.errors.map(reasonOf).join(', ');
  return cause instanceof Error ? reasonOf(cause) : error.message;
}

function named(location: string): string {
  const url = parse(location);
  url.searchParams.set('application_name', CONNECTION_NAME);
  return url.href;
}

function parse(location: string): URL {
  if (URL.canParse(location)) return new URL(location);
  throw new CommandError('the URL of the database is malformed; give postgres://USER@HOST/DATABASE');
}

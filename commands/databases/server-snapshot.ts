import { setTimeout as delay } from 'node:timers/promises';
import { createLogger } from '@lockstep/runtime/logging.ts';
import { readMoveMark } from '@lockstep/subgraph-kit/database/moved.ts';
import { openDatabase } from '@lockstep/subgraph-kit/database/open-database.ts';
import { type Kysely, sql } from 'kysely';
import { CommandError } from '../terminal/command.ts';
import { startProgram } from './postgres-programs.ts';
import type { DatabaseLocation } from './read-rows.ts';

/** Transaction on a server that sees a database as it was at one moment, and lets `pg_dump` see the same. */
export interface ServerSnapshot extends DatabaseLocation {
  readonly schema: string;
  /** Id by which another session takes the snapshot. */
  readonly id: string;
  close(): Promise<void>;
}

/** One connection keeps writers out, and one has the snapshot. */
const BOUNDS = { maxConnections: 2, waitTimeoutMs: 5000, statementTimeoutMs: undefined };

const MAX_ATTEMPTS = 20;
const PAUSE_MS = 100;
/** Codes of a lock that was not to be had: https://www.postgresql.org/docs/current/errcodes-appendix.html */
const NOT_LOCKED: readonly unknown[] = ['55P03', '40P01'];

type Server = Kysely<unknown>;

/**
 * Takes a snapshot of each database, all at the same moment as `pinOthers`: nobody writes to any of them meanwhile.
 *
 * @throws {CommandError} if a database has no tables, or is being moved
 */
export async function pinServers<Result>(
  servers: readonly DatabaseLocation[],
  pinOthers: () => Result,
): Promise<{ snapshots: ServerSnapshot[]; others: Result }> {
  const opened = await Promise.all(servers.map(async (server) => ({ ...server, db: await open(server.location) })));
  try {
    for (const { name, db } of opened) await requireAtRest(name, db);
    for (let attempt = 1; ; attempt += 1) {
      const locks: { release(): Promise<void> }[] = [];
      try {
        for (const { name, db } of opened) locks.push(await keepOutWriters(name, db));
        const snapshots: ServerSnapshot[] = [];
        for (const { name, location, db } of opened) snapshots.push({ name, location, ...(await takeSnapshot(db)) });
        return { snapshots, others: pinOthers() };
      } catch (error) {
        if (attempt === MAX_ATTEMPTS || !isNotLocked(error)) throw error;
      } finally {
        for (const lock of locks) await lock.release();
      }
      await delay(PAUSE_MS);
    }
  } catch (error) {
    await Promise.all(opened.map(({ db }) => db.destroy()));
    throw error;
  }
}

/** Writes the tables of the snapshot to a new file, in the format of `pg_restore`. */
export async function dumpSnapshot({ location, schema, id }: ServerSnapshot, file: string): Promise<void> {
  const only = `--schema="${schema.replaceAll('"', '""')}"`;
  const args = [
    '--format=custom',
    '--no-owner',
    '--no-acl',
    '--no-password',
    only,
    `--snapshot=${id}`,
    `--file=${file}`,
  ];
  await startProgram('pg_dump', args, location).success;
}

function open(url: string): Promise<Server> {
  return openDatabase<unknown>(url, createLogger('backup', { format: 'json', level: 'silent' }), { bounds: BOUNDS });
}

async function requireAtRest(name: string, db: Server): Promise<void> {
  const mark = await readMoveMark(db);
  if (!mark) return;
  throw new CommandError(`${name}: its database is being moved or restored; end that first, or cancel the move`);
}

/** Takes locks that writers wait for, and readers don't. */
async function keepOutWriters(name: string, db: Server): Promise<{ release(): Promise<void> }> {
  const tables = (await db.introspection.getTables()).map((table) => sql.table(table.name));
  if (tables.length === 0) throw new CommandError(`${name}: its database has no tables; npm start creates them`);
  const transaction = await db.startTransaction().execute();
  const release = async () => void (await transaction.rollback().execute());
  try {
    await sql`set local lock_timeout = '300ms'`.execute(transaction);
    await sql`lock table ${sql.join(tables)} in share mode`.execute(transaction);
    return { release };
  } catch (error) {
    await release();
    throw error;
  }
}

async function takeSnapshot(db: Server): Promise<Omit<ServerSnapshot, keyof DatabaseLocation>> {
  const transaction = await db
    .startTransaction()
    .setIsolationLevel('repeatable read')
    .setAccessMode('read only')
    .execute();
  await sql`set local idle_in_transaction_session_timeout = 0`.execute(transaction);
  const { rows } = await sql<{ id: string; schema: string }>`
    select pg_export_snapshot() as id, current_schema() as schema`.execute(transaction);
  const [found] = rows;
  if (!found) throw new CommandError('The server gave no snapshot');
  return {
    ...found,
    async close() {
      await transaction.rollback().execute();
      await db.destroy();
    },
  };
}

function isNotLocked(error: unknown): boolean {
  return error instanceof Error && 'code' in error && NOT_LOCKED.includes(error.code);
}

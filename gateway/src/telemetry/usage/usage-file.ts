import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import {
  DAYS_KEPT,
  dayBefore,
  dayOf,
  FORGOTTEN_EACH,
  MAX_BYTES,
  MAX_CLIENTS,
  type OperationUses,
  OTHERS,
  ROW_BYTES,
  type UsageStore,
} from './usage-store.ts';

const PRAGMAS = [
  'journal_mode = WAL',
  'synchronous = NORMAL', // the last seconds before a power cut may be lost
  'busy_timeout = 100', // it blocks the event loop
];

const TABLES = `
  create table if not exists operations (
    key text primary key, name text, last text not null, bytes integer not null, coordinates text not null
  ) strict;
  create index if not exists operations_by_last on operations (last, bytes);
  create table if not exists uses (
    key text not null, client text not null, count integer not null, first text not null, last text not null,
    primary key (key, client)
  ) strict, without rowid;
  create table if not exists given (
    key text not null, client text not null, coordinate text not null, first text not null, last text not null,
    primary key (key, client, coordinate)
  ) strict, without rowid;
  create table if not exists recording (first text not null) strict;`;

/**
 * A SQLite file of the uses of operations, by client. Several processes may add to it. It has no text of an operation and no
 * value.
 */
export class UsageFile implements UsageStore {
  readonly #database: Database.Database;
  readonly #statements = new Map<string, Database.Statement>();
  readonly #clients: Set<string>;
  readonly #maxBytes: number;

  /**
   * Opens a file, and makes it if it is missing.
   *
   * @throws if it can't
   */
  constructor(file: string, maxBytes = MAX_BYTES) {
    this.#maxBytes = maxBytes;
    mkdirSync(dirname(file), { recursive: true });
    closeSync(openSync(file, 'a', 0o600)); // SQLite's own would be readable by everybody
    this.#database = new Database(file);
    for (const pragma of PRAGMAS) this.#database.pragma(pragma);
    this.#database.exec(TABLES);
    const names = this.#database.prepare<[], { client: string }>('select distinct client from uses').all();
    this.#clients = new Set(names.map(({ client }) => client));
  }

  /** Adds uses of today. */
  add(operations: readonly OperationUses[], now = new Date()): void {
    const today = dayOf(now);
    const write = this.#database.transaction(() => {
      this.#run('insert into recording select ? where not exists (select 1 from recording)', today);
      for (const operation of operations) this.#addOperation(operation, today);
      this.#forget(FORGOTTEN_EACH * (operations.length + 1), dayBefore(now, DAYS_KEPT));
    });
    write.immediate();
  }

  close(): void {
    this.#database.close();
  }

  #addOperation({ key, name, coordinates, clients }: OperationUses, today: string): void {
    if (this.#run('update operations set last = ? where key = ?', today, key) === 0) {
      const text = JSON.stringify(coordinates());
      const bytes = text.length + ROW_BYTES;
      this.#run('insert into operations values (?, ?, ?, ?, ?)', key, name ?? null, today, bytes, text);
    }
    let bytes = 0;
    for (const { client: givenName, count, given } of clients) {
      const client = this.#clientOf(givenName);
      const update = 'update uses set count = count + ?, last = ? where key = ? and client = ?';
      if (this.#run(update, count, today, key, client) === 0) {
        this.#run('insert into uses values (?, ?, ?, ?, ?)', key, client, count, today, today);
        bytes += ROW_BYTES + key.length;
      }
      for (const coordinate of given) bytes += this.#addGiven(key, client, coordinate, today);
    }
    if (bytes > 0) this.#run('update operations set bytes = bytes + ? where key = ?', bytes, key);
  }

  #addGiven(key: string, client: string, coordinate: string, today: string): number {
    const update = 'update given set last = ? where key = ? and client = ? and coordinate = ?';
    if (this.#run(update, today, key, client, coordinate) > 0) return 0;
    this.#run('insert into given values (?, ?, ?, ?, ?)', key, client, coordinate, today, today);
    return ROW_BYTES + key.length + coordinate.length;
  }

  #clientOf(name: string): string {
    if (this.#clients.size < MAX_CLIENTS) this.#clients.add(name);
    return this.#clients.has(name) ? name : OTHERS;
  }

  /** Forgets the operations that weren't used for longest: only some, because it blocks the event loop. */
  #forget(count: number, oldest: string): void {
    const total = this.#database.prepare<[], { bytes: number }>('select total(bytes) as bytes from operations');
    const least = this.#database.prepare<[number], { key: string; last: string; bytes: number }>(
      'select key, last, bytes from operations order by last, bytes limit ?',
    );
    let excess = (total.get()?.bytes ?? 0) - this.#maxBytes;
    for (const { key, last, bytes } of least.all(count)) {
      if (excess <= 0 && last >= oldest) return;
      excess -= bytes;
      for (const table of ['operations', 'uses', 'given']) this.#run(`delete from ${table} where key = ?`, key);
    }
  }

  /** Returns the number of rows that a statement changed. */
  #run(text: string, ...parameters: unknown[]): number {
    const statement = this.#statements.get(text) ?? this.#database.prepare(text);
    this.#statements.set(text, statement);
    return statement.run(...parameters).changes;
  }
}

import Database from 'better-sqlite3';
import { dayBefore } from './usage-store.ts';

/** A client that uses an operation. */
export interface Use {
  readonly client: string;
  /** Undefined for an anonymous operation. */
  readonly operation: string | undefined;
  /** Number of all its uses of the operation. */
  readonly count: number;
  /** First and last day, such as 2026-11-30, in UTC. */
  readonly first: string;
  readonly last: string;
}

interface Row extends Omit<Use, 'operation'> {
  readonly operation: string | null;
}

const OF_TEXT = `
  select client, name as operation, count, first, uses.last
    from uses join operations on operations.key = uses.key where uses.key = ? and uses.last >= ?`;

const GIVEN = `
  select coordinate, given.key, given.client, name as operation, count, given.first, given.last
    from given join operations on operations.key = given.key
      join uses on uses.key = given.key and uses.client = given.client
    where given.last >= ?`;

/** Recorded uses of a schema. */
export interface RecordedUses {
  /** First day of the recording; undefined before there is any use. */
  readonly since: string | undefined;
  /** Day of the last use of any operation. */
  readonly until: string | undefined;
  /**
   * Returns the operations that use any of some coordinates, or were given any in variables, in the last days.
   *
   * @param isUsed returns true for the coordinates in question
   */
  of(isUsed: (coordinate: string) => boolean, days: number): Use[];
}

/** Reads what gateways have recorded in a file. */
export class UsesInFile implements RecordedUses {
  readonly #database: Database.Database;
  readonly since: string | undefined;
  readonly until: string | undefined;

  /** @throws if the file can't be read, is damaged, or there is none */
  constructor(file: string) {
    this.#database = new Database(file, { readonly: true, fileMustExist: true });
    if (this.#database.pragma('quick_check(1)', { simple: true }) !== 'ok') throw new Error('the file is damaged');
    this.since = this.#database.prepare<[], { day: string }>('select first as day from recording').get()?.day;
    const last = this.#database.prepare<[], { day: string | null }>('select max(last) as day from operations');
    this.until = last.get()?.day ?? undefined;
  }

  of(isUsed: (coordinate: string) => boolean, days: number, now = new Date()): Use[] {
    const from = dayBefore(now, days);
    const keys = this.#operationsWith(isUsed);
    const ofText = this.#database.prepare<[string, string], Row>(OF_TEXT);
    const rows = new Map<string, Row>();
    for (const key of keys) for (const row of ofText.iterate(key, from)) rows.set(`${key} ${row.client}`, row);
    const given = this.#database.prepare<[string], Row & { coordinate: string; key: string }>(GIVEN);
    for (const row of given.iterate(from)) if (isUsed(row.coordinate)) rows.set(`${row.key} ${row.client}`, row);
    return [...rows.values()].map(({ client, operation, count, first, last }) => ({
      ...{ client, count, first, last },
      operation: operation ?? undefined,
    }));
  }

  #operationsWith(isUsed: (coordinate: string) => boolean): ReadonlySet<string> {
    const keys = new Set<string>();
    const operations = this.#database.prepare<[], { key: string; coordinates: string }>(
      'select key, coordinates from operations',
    );
    for (const { key, coordinates } of operations.iterate()) if (JSON.parse(coordinates).some(isUsed)) keys.add(key);
    return keys;
  }
}

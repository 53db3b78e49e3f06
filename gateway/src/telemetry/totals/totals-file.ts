import Database from 'better-sqlite3';

/** Series of a counter or a histogram, and how much it has grown. */
export interface Increment {
  readonly metric: string;
  /** Identifies the series of the metric. */
  readonly series: string;
  readonly value: number;
}

/** Kinds of what each process tells of itself. */
export type Kind = 'gauges' | 'resources';

/** Contents of the file. */
export interface Contents {
  readonly totals: readonly Increment[];
  /** Figures that each running process has told of itself. */
  readonly told: readonly string[];
}

/** Time after which a process that wrote nothing has ended. */
const ENDED_AFTER_MS = 10_000;

const PRAGMAS = [
  'journal_mode = WAL',
  'synchronous = NORMAL', // the last seconds before a power cut may be lost
  'busy_timeout = 100', // it blocks the event loop
];

const TABLES = `
  create table if not exists totals (
    metric text not null, series text not null, value real not null, primary key (metric, series)
  ) strict;
  create table if not exists told (
    process text not null, kind text not null, at integer not null, text text not null, primary key (process, kind)
  ) strict;`;

/**
 * SQLite file in which processes add up what they count. What a process has added remains when it has ended, so that no total
 * ever falls while one of them runs.
 */
export class TotalsFile {
  readonly #database: Database.Database;
  readonly #process: string;

  /**
   * Opens a file, and makes it if it is missing. It begins anew if no process writes it.
   *
   * @param process name of this process, that none had before
   * @throws if the file can't be used
   */
  constructor(file: string, process: string, now = Date.now()) {
    this.#process = process;
    this.#database = new Database(file);
    try {
      for (const pragma of PRAGMAS) this.#database.pragma(pragma);
      this.#inOne(() => this.#join(now));
    } catch (error) {
      this.#database.close();
      throw error;
    }
  }

  /** Adds to the totals, and replaces what this process told of itself. */
  write(increments: readonly Increment[], told: ReadonlyMap<Kind, string>, now = Date.now()): void {
    const add = this.#database.prepare<[string, string, number]>(
      'insert into totals values (?, ?, ?) on conflict do update set value = value + excluded.value',
    );
    this.#inOne(() => {
      for (const { metric, series, value } of increments) add.run(metric, series, value);
      for (const [kind, text] of told) this.#tell(kind, text, now);
      this.#forgetEnded(now);
    });
  }

  read(): Contents {
    const totals = this.#database.prepare<[], Increment>('select metric, series, value from totals order by rowid');
    const told = this.#database.prepare<[], string>('select text from told order by rowid').pluck();
    return this.#database.transaction(() => ({ totals: totals.all(), told: told.all() }))();
  }

  /** Closes the file. This process tells nothing of itself any more. */
  close(): void {
    this.#database.prepare('delete from told where process = ?').run(this.#process);
    this.#database.close();
  }

  #join(now: number): void {
    this.#database.exec(TABLES);
    this.#forgetEnded(now);
    if (!this.#database.prepare('select 1 from told').get()) this.#database.exec('delete from totals');
    this.#tell('gauges', '[]', now);
  }

  #tell(kind: Kind, text: string, now: number): void {
    this.#database.prepare('insert or replace into told values (?, ?, ?, ?)').run(this.#process, kind, now, text);
  }

  #forgetEnded(now: number): void {
    this.#database
      .prepare(
        "delete from told where process not in (select process from told where kind = 'gauges' and abs(at - ?) < ?)",
      )
      .run(now, ENDED_AFTER_MS);
  }

  #inOne(write: () => void): void {
    this.#database.transaction(write).immediate();
  }
}

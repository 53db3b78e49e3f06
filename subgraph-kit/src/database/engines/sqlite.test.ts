import assert from 'node:assert/strict';
import { chmod, mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { temporaryFolder } from '@lockstep/runtime/testing/temporary-folder.ts';
import Database from 'better-sqlite3';
import { type Kysely, sql } from 'kysely';
import { openSqlite, sqliteEngine } from './sqlite.ts';

const { tableOptions, wholeNumber } = sqliteEngine;

interface Tables {
  things: { id: number; name: string };
}

function open(t: TestContext, path: string): Kysely<Tables> {
  const db = openSqlite<Tables>(path, () => {});
  t.after(() => db.destroy());
  return db;
}

async function createThings(db: Kysely<Tables>): Promise<void> {
  await db.schema
    .createTable('things')
    .addColumn('id', wholeNumber, (column) => column.primaryKey())
    .addColumn('name', 'text', (column) => column.notNull())
    .modifyEnd(tableOptions)
    .execute();
}

/** Returns the permissions of a folder and of the files in it. */
async function modesIn(folder: string): Promise<Record<string, string>> {
  const modes: Record<string, string> = {};
  for (const name of ['.', ...(await readdir(folder)).sort()]) {
    modes[name] = ((await stat(join(folder, name))).mode & 0o777).toString(8);
  }
  return modes;
}

describe('opening a database', () => {
  test('makes the file and its folder', async (t) => {
    const folder = await temporaryFolder(t);
    await createThings(open(t, join(folder, 'new', 'things.sqlite')));
    assert.ok((await readdir(join(folder, 'new'))).includes('things.sqlite'));
  });

  test('creates files and a folder that only their owner can read', async (t) => {
    const folder = join(await temporaryFolder(t), 'new');
    await createThings(open(t, join(folder, 'things.sqlite')));
    assert.deepEqual(await modesIn(folder), {
      '.': '700',
      'things.sqlite': '600',
      'things.sqlite-shm': '600',
      'things.sqlite-wal': '600',
    });
  });

  test('takes an existing file from others, and leaves it to its group', async (t) => {
    const folder = await temporaryFolder(t);
    const path = join(folder, 'things.sqlite');
    new Database(path).exec('create table things (id int)').close();
    for (const part of ['', '-wal', '-shm']) {
      await writeFile(path + part, '', { flag: 'a' });
      await chmod(path + part, 0o644);
    }
    const db = open(t, path);
    await sql`insert into things values (1)`.execute(db);
    const { '.': _, ...modes } = await modesIn(folder);
    assert.deepEqual(modes, { 'things.sqlite': '640', 'things.sqlite-shm': '640', 'things.sqlite-wal': '640' });
  });

  test('keeps what is in the file', async (t) => {
    const path = join(await temporaryFolder(t), 'things.sqlite');
    const first = openSqlite<Tables>(path, () => {});
    await createThings(first);
    await first.insertInto('things').values({ id: 1, name: 'kept' }).execute();
    await first.destroy();
    assert.deepEqual(await open(t, path).selectFrom('things').selectAll().execute(), [{ id: 1, name: 'kept' }]);
  });

  test('sets it up to lose nothing that was committed', async (t) => {
    const db = open(t, join(await temporaryFolder(t), 'things.sqlite'));
    const FULL = 2;
    assert.deepEqual((await sql`pragma journal_mode`.execute(db)).rows, [{ journal_mode: 'wal' }]);
    assert.deepEqual((await sql`pragma synchronous`.execute(db)).rows, [{ synchronous: FULL }]);
    assert.deepEqual((await sql`pragma foreign_keys`.execute(db)).rows, [{ foreign_keys: 1 }]);
    assert.deepEqual((await sql`pragma busy_timeout`.execute(db)).rows, [{ timeout: 1000 }]);
  });

  const unusable: [name: string, make: (path: string) => Promise<unknown>][] = [
    ['a folder', (path) => mkdir(path)],
    ['no database', (path) => writeFile(path, 'this is a text file. '.repeat(100))],
  ];
  for (const [name, make] of unusable) {
    test(`that is ${name} names the path`, async (t) => {
      const path = join(await temporaryFolder(t), 'things.sqlite');
      await make(path);
      assert.throws(() => open(t, path), {
        name: 'ConfigurationError',
        message: new RegExp(`^${path}: the database can't be opened \\(.+\\); give a file that this user may write$`),
      });
    });
  }

  test('in a folder that is a file names the path', async (t) => {
    const file = join(await temporaryFolder(t), 'file');
    await writeFile(file, '');
    const path = join(file, 'things.sqlite');
    assert.throws(() => open(t, path), { name: 'ConfigurationError', message: new RegExp(`^${path}: `) });
  });
});

test('a transaction begins IMMEDIATE: no other writer comes between its reading and its writing', async (t) => {
  const path = join(await temporaryFolder(t), 'things.sqlite');
  const db = open(t, path);
  await createThings(db);
  const other = new Database(path, { timeout: 0 });
  t.after(() => other.close());
  await db.transaction().execute(async (transaction) => {
    await transaction.selectFrom('things').selectAll().execute();
    assert.throws(() => other.exec("insert into things values (1, 'other')"), { code: 'SQLITE_BUSY' });
    await transaction.insertInto('things').values({ id: 1, name: 'own' }).execute();
  });
  assert.deepEqual(other.prepare('select * from things').all(), [{ id: 1, name: 'own' }]);
});

test('a column holds only what its type says', async (t) => {
  const db = open(t, ':memory:');
  await sql`create table typed (amount ${sql.raw(wholeNumber)}, name text) ${tableOptions}`.execute(db);
  await sql`insert into typed values (1, 'name')`.execute(db);
  const mistyped = { code: 'SQLITE_CONSTRAINT_DATATYPE' };
  await assert.rejects(sql`insert into typed values ('ten', 'name')`.execute(db), mistyped);
  await assert.rejects(sql`insert into typed values (1.5, 'name')`.execute(db), mistyped);
  await assert.rejects(sql`insert into typed values (1, x'00')`.execute(db), mistyped);
});

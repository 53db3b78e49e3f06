import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { createLogger } from '@lockstep/runtime/logging.ts';
import { temporaryFolder } from '@lockstep/runtime/testing/temporary-folder.ts';
import { engineOf } from '@lockstep/subgraph-kit/database/engines/engine.ts';
import { openMigratedDatabase } from '@lockstep/subgraph-kit/database/open-migrated-database.ts';
import Sqlite from 'better-sqlite3';
import type { Migration } from 'kysely/migration';
import { show } from './database.ts';
import { cancel, completeSwitched, copyWhileServing, finish } from './move-database.ts';

/** A subgraph with a table that refers to itself, and values that must be unique. */
const migrations: Record<string, Migration> = {
  '0001-things': {
    async up(db) {
      const { identity, tableOptions, wholeNumber } = engineOf(db);
      await db.schema
        .createTable('things')
        .addColumn('id', wholeNumber, identity)
        .addColumn('name', 'text', (column) => column.unique().notNull())
        .addColumn('parent_id', wholeNumber, (column) => column.references('things.id'))
        .modifyEnd(tableOptions)
        .execute();
    },
  },
};

interface Scene {
  readonly from: string;
  readonly to: string;
  /** Runs SQL on a database. */
  run(path: string, statements: string): void;
  read(path: string): unknown[];
  /** Moves the first one to the second one; `meanwhile` runs when all is copied. */
  move(subgraph?: string, meanwhile?: () => void): Promise<void>;
}

async function setUp(t: TestContext): Promise<Scene> {
  t.mock.method(console, 'log', () => {});
  const folder = await temporaryFolder(t);
  const [from, to] = [join(folder, 'from.sqlite'), join(folder, 'to.sqlite')];
  await (await open(from)).destroy();
  const on = <Result>(path: string, work: (db: Sqlite.Database) => Result) => {
    const db = new Sqlite(path);
    try {
      return work(db);
    } finally {
      db.close();
    }
  };
  const run = (path: string, statements: string) => on(path, (db) => void db.exec(statements));
  run(from, "insert into things (name, parent_id) values ('a', 2), ('b', 1), ('c', null)");
  return {
    ...{ from, to, run },
    read: (path) => on(path, (db) => db.prepare('select * from things order by id').raw().all()),
    async move(subgraph = 'things', meanwhile = () => {}) {
      const request = { subgraph, from, to, migrations };
      const id = await copyWhileServing(request);
      meanwhile();
      await finish(request, id);
    },
  };
}

function open(path: string) {
  return openMigratedDatabase<unknown>(path, migrations, createLogger('t', { format: 'json', level: 'silent' }));
}

test('what changes during the copy is copied: rows that refer to each other, and swap unique values', async (t) => {
  const { from, to, run, read, move } = await setUp(t);
  const changes = `update things set name = 'x' where id = 1; update things set name = 'a' where id = 2;
    update things set name = 'b' where id = 1; insert into things (name, parent_id) values ('d', 3);
    update things set id = 9 where id = 4; insert into things (name) values ('e'); delete from things where name = 'e'`;
  await move('things', () => run(from, changes));
  assert.deepEqual(read(to), [
    [1, 'b', 2],
    [2, 'a', 1],
    [3, 'c', null],
    [9, 'd', 3],
  ]);
  run(to, "insert into things (name) values ('f')");
  assert.deepEqual(read(to).at(-1), [11, 'f', null], 'the id of a deleted row is not given again');
});

test('the old database refuses to be served and changed, and the new one does neither', async (t) => {
  const { from, to, run, move } = await setUp(t);
  await move();
  await assert.rejects(open(from), /was moved to .*to\.sqlite at .*; give the subgraph/);
  assert.throws(() => run(from, 'delete from things'), /this database of things was moved to/);
  await (await open(to)).destroy();
  run(to, 'delete from things');
});

test('a copy that is not complete is not served, and is begun anew', async (t) => {
  const { from, to, run, read, move } = await setUp(t);
  await copyWhileServing({ subgraph: 'things', from, to, migrations });
  await assert.rejects(open(to), /has not ended; run npm run move again/);
  await (await open(from)).destroy();
  run(from, 'delete from things where id = 3');
  await move();
  assert.deepEqual(read(to), read(from));
});

test('a move that is cancelled leaves nothing in the old database', async (t) => {
  const { from, to, run, move } = await setUp(t);
  const schemaOf = () => sqliteSchema(from);
  const before = schemaOf();
  await copyWhileServing({ subgraph: 'things', from, to, migrations });
  assert.notDeepEqual(schemaOf(), before);
  await cancel(from);
  assert.deepEqual(schemaOf(), before);
  run(from, 'delete from things where id = 3');
  await assert.rejects(cancel(from), /from\.sqlite is not being moved, so there is nothing to cancel/);
  await move();
  await assert.rejects(cancel(from), /was moved to .* already; move that one back/);
});

test('a run that another one has taken over switches nothing', async (t) => {
  const { from, to, move } = await setUp(t);
  await assert.rejects(
    copyWhileServing({ subgraph: 'things', from, to, migrations }).then(async (first) => {
      await copyWhileServing({ subgraph: 'things', from, to, migrations });
      await finish({ subgraph: 'things', from, to, migrations }, first);
    }),
    /Another npm run move has taken over/,
  );
  await (await open(from)).destroy();
  await move();
});

test('refuses a target that is not empty, of another move, or the source itself, and changes nothing', async (t) => {
  const { from, to, run, read, move } = await setUp(t);
  await (await open(to)).destroy();
  run(to, "insert into things (name) values ('kept')");
  await assert.rejects(move(), /to\.sqlite is not empty: it has rows in things; give an empty database/);
  assert.deepEqual(read(to), [[1, 'kept', null]]);
  run(to, 'delete from things');
  await move();
  await assert.rejects(move(), /was moved to .* already/);
  assert.equal(await completeSwitched({ subgraph: 'things', from, to, migrations }), true);
  const other = `${to}.other`;
  await assert.rejects(
    copyWhileServing({ subgraph: 'others', from: to, to: from, migrations }),
    /from\.sqlite belongs to a move of things/,
  );
  await copyWhileServing({ subgraph: 'things', from: to, to: other, migrations });
  await assert.rejects(
    copyWhileServing({ subgraph: 'things', from: other, to: from, migrations }),
    /is an incomplete copy of .*to\.sqlite; move that one again/,
  );
});

test('refuses a database of another version, and one that can not be reached, and writes nothing', async (t) => {
  const { from, to, read } = await setUp(t);
  const request = { subgraph: 'things', from, to, migrations };
  const newer = { ...migrations, '0002-more': { up: async () => {} } };
  await assert.rejects(
    copyWhileServing({ ...request, migrations: newer }),
    /has had the migrations 0001-things, and things has 0001-things, 0002-more; start it in this version first/,
  );
  assert.equal(existsSync(to), false);
  const nowhere = 'postgres://someone:secret@127.0.0.1:9/things';
  await assert.rejects(copyWhileServing({ ...request, to: nowhere }), ({ message }: Error) => {
    assert.match(message, /^Not moved; postgres:\/\/someone:\*\*\*@127\.0\.0\.1:9\/things: connect ECONNREFUSED/);
    return true;
  });
  assert.equal(read(from).length, 3);
});

test('no password is shown', () => {
  assert.equal(show('postgres://a:secret@h/d'), 'postgres://a:***@h/d');
  assert.equal(show('postgres:///d?host=/run&user=a&password=secret'), 'postgres:///d?host=%2Frun&user=a&password=***');
  assert.throws(() => show('postgres://a:secret@h:x/d'), /^CommandError: the URL of the database is malformed/);
});

function sqliteSchema(path: string): unknown[] {
  const db = new Sqlite(path, { readonly: true });
  try {
    return db.prepare('select name from sqlite_schema order by name').pluck().all();
  } finally {
    db.close();
  }
}

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import Database from 'better-sqlite3';
import { copySnapshot, pinTogether } from './sqlite-file.ts';

test('databases are pinned while nobody writes to any of them, and written to from then on', (t) => {
  const [first, second] = [databaseIn(t), databaseIn(t)];
  const paths = [first.name, second.name];
  second.exec('begin immediate; insert into things values (1)');
  assert.throws(() => pinTogether(paths), { code: 'SQLITE_BUSY' });
  second.exec('commit');

  const snapshots = pinTogether(paths);
  t.after(() => {
    for (const snapshot of snapshots) snapshot.close();
  });
  for (const database of [first, second]) database.exec('insert into things values (2)');
  const counts = snapshots.map((snapshot) => snapshot.prepare('select count(*) from things').pluck().get());
  assert.deepEqual(counts, [0, 1]);
});

test('a copy is for its owner only', async (t) => {
  const { name } = databaseIn(t);
  const [snapshot] = pinTogether([name]);
  assert.ok(snapshot);
  await copySnapshot(snapshot, `${name}.copy`, () => {});
  snapshot.close();
  assert.equal(statSync(`${name}.copy`).mode & 0o777, 0o600);
});

function databaseIn(t: TestContext): Database.Database {
  const folder = mkdtempSync(join(tmpdir(), 'lockstep-'));
  const database = new Database(join(folder, 'things.sqlite'));
  t.after(() => {
    database.close();
    rmSync(folder, { recursive: true });
  });
  database.pragma('journal_mode = WAL');
  database.exec('create table things (id integer primary key)');
  return database;
}

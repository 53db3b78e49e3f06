import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, statSync } from 'node:fs';
import { cp, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as delay, setImmediate } from 'node:timers/promises';
import { restoreMarkOf } from '@lockstep/subgraph-kit/database/engines/unfinished-restore.ts';
import Database from 'better-sqlite3';
import { tellProgress, times } from '../harness/full-count.ts';
import { start, temporaryFolder } from '../harness/graph.ts';
import { ROOT } from '../harness/process.ts';
import { countRows, readRows } from '../harness/rows.ts';
import { databasesIn, runCommand, SUBGRAPHS } from './backup-command.ts';

const KILLS = times(50);
const BACKED_UP = 20_000;
const LATER = 10_000;
/** Time from its first copy to its end, roughly. */
const MOST_MS = 60;
const LOOKS_AT_A_TIME = 1000;

test(`leaves each database old or new after each of ${KILLS} killed restores, and can restore again`, async (t) => {
  const folder = await temporaryFolder(t);
  const variables = databasesIn(folder);
  for (const subgraph of SUBGRAPHS) await (await start(t, `subgraphs/${subgraph}`, variables)).stop();
  addUsers(variables.USERS_DATABASE, BACKED_UP);
  const backup = join(folder, 'backup');
  assert.equal((await runCommand('backup', [backup], variables)).code, 0);
  addUsers(variables.USERS_DATABASE, LATER);
  const later = join(folder, 'later.sqlite');
  await cp(variables.USERS_DATABASE, later);

  const found = new Map<number, number>();
  const files = SUBGRAPHS.map((name) => join(folder, `${name}.sqlite`));
  const marks = files.map(restoreMarkOf);
  for (let kill = 1; kill <= KILLS; kill += 1) {
    await cp(later, variables.USERS_DATABASE);
    for (const mark of marks) await rm(mark, { force: true });
    const before = files.map(inodeOf);
    const child = spawn(process.execPath, ['commands/restore.ts', backup], { cwd: ROOT, env: variables });
    const closed = once(child, 'close');
    await once(child.stdout, 'data'); // it starts to copy
    await delay(Math.random() * MOST_MS);
    child.kill('SIGKILL');
    await closed;
    assert.deepEqual(readRows(variables.USERS_DATABASE, 'pragma integrity_check'), [{ integrity_check: 'ok' }]);
    const users = countRows(variables.USERS_DATABASE, 'users');
    found.set(users, (found.get(users) ?? 0) + 1);
    const replaced = files.filter((file, index) => inodeOf(file) !== before[index]);
    if (replaced.length > 0 && replaced.length < files.length) {
      assert.deepEqual(
        marks.map(existsSync),
        files.map(() => true),
        'a part is replaced, and each database says so',
      );
    }
    for (const name of await readdir(folder)) if (name.includes('.replaced-')) await rm(join(folder, name));
    tellProgress('killed', kill, KILLS);
  }
  assert.deepEqual(
    [...found.keys()].filter((users) => users !== BACKED_UP && users !== BACKED_UP + LATER),
    [],
  );
  t.diagnostic(`the old one ${found.get(BACKED_UP + LATER)} times, the new one ${found.get(BACKED_UP) ?? 0} times`);

  await cp(later, variables.USERS_DATABASE);
  const restored = runCommand('restore', [backup], variables);
  const sizes = [later, join(backup, 'users.sqlite')].map((file) => statSync(file).size);
  assert.deepEqual(await sizesUntil(restored, variables.USERS_DATABASE), sizes);
  assert.equal((await restored).code, 0);
  assert.equal(countRows(variables.USERS_DATABASE, 'users'), BACKED_UP);
  assert.deepEqual(marks.filter(existsSync), []);
});

function inodeOf(file: string): number {
  return statSync(file).ino;
}

/** Records the sizes of a file until then; undefined while it does not exist. */
async function sizesUntil(end: Promise<unknown>, file: string): Promise<(number | undefined)[]> {
  const sizes: (number | undefined)[] = [];
  let ended = false;
  end.finally(() => {
    ended = true;
  });
  while (!ended) {
    for (let look = 0; look < LOOKS_AT_A_TIME; look += 1) {
      const size = statSync(file, { throwIfNoEntry: false })?.size;
      if (size !== sizes.at(-1) || sizes.length === 0) sizes.push(size);
    }
    await setImmediate();
  }
  return sizes;
}

function addUsers(file: string, count: number): void {
  const database = new Database(file);
  database.exec(`
    with recursive numbers (n) as (select 1 union all select n + 1 from numbers limit ${count})
    insert into users (name, email, email_key, created_at)
    select 'Ada', e, e, '2026-01-01T00:00:00.000Z'
    from (select n || '-${count}@example.com' as e from numbers)`);
  database.close();
}

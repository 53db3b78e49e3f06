import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { recordLog } from '@lockstep/runtime/testing/log-recorder.ts';
import { openMigratedDatabase } from '@lockstep/subgraph-kit/database/open-migrated-database.ts';
import { readApps } from '../../commands/processes/apps.ts';
import { findUnfinished } from '../../commands/processes/unfinished.ts';
import { migrations } from '../../subgraphs/users/src/database/migrations.ts';
import { createDatabases } from '../harness/databases.ts';
import { tellProgress, times } from '../harness/full-count.ts';
import { temporaryFolder } from '../harness/graph.ts';
import { startPostgres, withoutPostgres } from '../harness/postgres.ts';
import { changeRows, readRows } from '../harness/rows.ts';
import { variablesOfEach } from '../harness/subgraphs.ts';
import { startMove } from './move-command.ts';

const IS_FULL = times(1, 0) === 1;
/** A move makes some 135 statements, of which the switch is among the last. */
const EARLY = Array.from({ length: 60 }, (_, index) => 2 * index + 1);
const LATE = Array.from({ length: 18 }, (_, index) => 121 + index);
/** Numbers of statements before which a move is killed; late ones twice, because the direction changes each time. */
const KILLED_AT = IS_FULL ? [...EARLY, ...LATE.flatMap((statement) => [statement, statement])] : [40, 100, 133];
const KILLS = KILLED_AT.length;
/** Number of a statement before which a move has marked the database. */
const MARKED_BEFORE = 40;
const USERS = 2500;
const DELETED = 2500;

test(`each of ${KILLS} killed moves leaves one database that is served, which has every row, and can be run again`, {
  skip: withoutPostgres,
}, async (t) => {
  const server = await startPostgres(t);
  const folder = await temporaryFolder(t);
  const places = [
    join(folder, 'users.sqlite'),
    createDatabases(['users'], folder, 'schema', server.url).get('users') ?? '',
  ];
  await served(places[0] ?? '');
  changeRows(places[0] ?? '', NEW_USERS);
  let switched = 0;
  for (const [index, statement] of KILLED_AT.entries()) {
    const [from = '', to = ''] = places;
    const killed = startMove(['users', '--to', to], { USERS_DATABASE: from }, statement);
    const { code } = await killed.outcome;
    const found = [await served(from), await served(to)];
    if (code === 'SIGKILL') {
      const isSwitched = found[0] === undefined;
      if (isSwitched) switched += 1;
      assert.equal(found[isSwitched ? 1 : 0] ?? USERS, USERS, `killed before statement ${statement}`);
      assert.ok(found.includes(undefined) || found[1] === 0, 'the copy is not served before the switch');
      const apps = readApps([], { ...variablesOfEach('DATABASE', () => ':memory:'), USERS_DATABASE: from });
      const said = (await findUnfinished(apps)).map(({ about, text }) => `${about}: ${text}`).join();
      if (statement >= MARKED_BEFORE) assert.match(said, /^users: (the move of its|can not start: its) database .*to /);
      const again = await startMove(['users', '--to', to], { USERS_DATABASE: from }).outcome;
      assert.equal(again.code, 0, again.stderr);
    }
    assert.deepEqual([await served(from), await served(to)], [undefined, USERS], `after ${statement}`);
    assert.deepEqual(readRows(to, 'select min(id) as first, max(id) as last from users'), [{ first: 1, last: USERS }]);
    places.reverse();
    tellProgress('killed', index + 1, KILLS);
  }
  t.diagnostic(`killed after the switch ${switched} times`);
  const log = recordLog();
  const db = await openMigratedDatabase<{ users: Record<string, unknown> }>(places[0] ?? '', migrations, log.logger);
  const next = await db
    .insertInto('users')
    .values({ name: 'Grace', email: 'g@b', email_key: 'g@b', created_at: '2026' })
    .returning('id')
    .executeTakeFirstOrThrow();
  await db.destroy();
  assert.equal(Number(next.id), USERS + DELETED + 1, 'ids of deleted rows are not given again');
});

/** Opens a database as its subgraph does. @returns the number of its users; undefined if it refuses */
async function served(location: string): Promise<number | undefined> {
  const { logger } = recordLog();
  let db: Awaited<ReturnType<typeof openMigratedDatabase<{ users: object }>>> | undefined;
  try {
    db = await openMigratedDatabase<{ users: object }>(location, migrations, logger);
    const { count } = await db
      .selectFrom('users')
      .select((on) => on.fn.countAll().as('count'))
      .executeTakeFirstOrThrow();
    return Number(count);
  } catch (error) {
    assert.match(String(error), /was moved to|has not ended/);
    return undefined;
  } finally {
    await db?.destroy();
  }
}

const NEW_USERS = `
  with recursive numbers (n) as (select 1 union all select n + 1 from numbers limit ${USERS + DELETED})
  insert into users (name, email, email_key, created_at)
  select 'Ada', e, e, '2026-01-01T00:00:00.000Z' from (select n || '@example.com' as e from numbers);
  delete from users where id > ${USERS}`;

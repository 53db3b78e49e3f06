import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { InstanceState } from '@lockstep/runtime/process-state.ts';
import { MOVE_TABLE } from '@lockstep/subgraph-kit/database/moved.ts';
import Database from 'better-sqlite3';
import { type App, readApps } from './apps.ts';
import { findAll } from './findings.ts';
import { type ListedProcess, toListed } from './running.ts';

const LISTED = toListed({ name: 'gateway' });

test('names checkouts that have not ended for half a minute, and no others', async (t) => {
  const { file, find } = scene(t);
  const ago = (seconds: number) => new Date(Date.now() - 1000 * seconds).toISOString();
  const since = ago(31);
  const database = new Database(file);
  database.exec(`create table sagas (order_id integer, state text, problem text, changed_at text);
    insert into sagas values (1, 'ENDED', null, '${ago(60)}'), (2, 'RELEASING', 'products is away', '${since}'),
      (3, 'RESERVING', null, '${since}'), (4, 'RESERVING', null, '${ago(10)}')`);
  database.close();
  assert.deepEqual(await find('order '), [
    {
      about: 'order 2',
      isHealthy: false,
      text: 'its checkout is stuck in RELEASING: products is away',
      since,
      advice: 'npm run orders:stuck',
    },
    {
      about: 'order 3',
      isHealthy: false,
      text: 'its checkout is stuck in RESERVING: nothing works on it',
      since,
      advice: 'npm run orders:stuck',
    },
  ]);
});

test('names disks that are nearly full', {
  skip: process.platform !== 'linux' && 'needs a full file system',
}, async (t) => {
  const { find } = scene(t, (app) => ({ ...app, out_file: `/proc/self/${app.name}.log` })); // /proc never has any space
  const text = 'has 0 MB left: nothing can be written once it is full';
  const full = { about: 'the disk of /proc/self', isHealthy: false, text, advice: 'df /proc/self' };
  assert.deepEqual(await find('the disk of /proc'), [full]);
});

test('names databases whose restore has not ended', async (t) => {
  const { file, find } = scene(t);
  writeFileSync(`${file}.restore-unfinished`, '/backups/monday\n');
  const [, unfinished] = await find('orders');
  assert.deepEqual(unfinished, {
    about: 'orders',
    isHealthy: false,
    text: 'can not start: the restore of its database has not ended',
    advice: 'npm stop && npm run restore -- /backups/monday',
  });
});

test('names databases whose move has not ended, and those that were moved away', async (t) => {
  const { file, find } = scene(t);
  const other = 'postgres://orders@db.example.com/shop';
  const since = '2026-11-30T12:00:00.000Z';
  const database = new Database(file);
  database.exec(`create table sagas (order_id integer, state text, problem text, changed_at text);
    create table ${MOVE_TABLE} (subgraph text, state text, other text, run text, changed_at text)`);
  for (const [state, text, advice] of [
    [
      'source',
      `the move of its database to ${other} has not ended`,
      `npm run move -- orders --to ${other} (or --cancel in place of --to)`,
    ],
    ['moved', `can not start: its database was moved to ${other}`, 'give it the URL or the path of the new one'],
    ['target', `can not start: the move of its database from ${other} has not ended`, 'run npm run move again'],
    [
      'restoring',
      'can not start: the restore of its database has not ended',
      `npm stop && npm run restore -- ${other}`,
    ],
  ] as const) {
    database.exec(
      `delete from ${MOVE_TABLE}; insert into ${MOVE_TABLE} values ('orders', '${state}', '${other}', '1', '${since}')`,
    );
    const [, unfinished] = await find('orders');
    assert.deepEqual(unfinished, { about: 'orders', isHealthy: false, text, since, advice });
  }
  database.close();
});

test('names each instance of a subgraph that has several, as its callers see it', async (t) => {
  const { find } = scene(t);
  const leftOutSince = '2026-11-30T12:00:00.000Z';
  const instance = (host: string, since?: string) => ({
    ...{ subgraph: 'users', instance: `${host}:4001/graphql`, leftOutSince: since },
  });
  const gateway = (...instances: InstanceState[]) => ({ ...LISTED, instances });
  const processes = [
    gateway(instance('10.0.0.1'), instance('10.0.0.2')),
    gateway(instance('10.0.0.1'), instance('10.0.0.2', leftOutSince)),
  ];
  assert.deepEqual(await find('users at', processes), [
    { about: 'users at 10.0.0.1:4001/graphql', isHealthy: true, text: 'is called by gateway' },
    {
      about: 'users at 10.0.0.2:4001/graphql',
      isHealthy: false,
      text: 'is left out by gateway, because it failed or did not answer',
      since: leftOutSince,
      advice: 'npm run logs',
    },
  ]);
});

test('says that the database of orders can not be read', async (t) => {
  const { file, find } = scene(t);
  writeFileSync(file, 'no database '.repeat(100));
  const [, damaged] = await find('orders');
  assert.deepEqual(damaged, {
    about: 'orders',
    isHealthy: false,
    text: `its checkouts can't be looked at: ${file}: file is not a database`,
    advice: 'npm run logs',
  });
});

test('says nothing about databases in memory', async (t) => {
  const { find } = scene(t, (app) => ({ ...app, env: { ...app.env, ORDERS_DATABASE: ':memory:' } }));
  assert.deepEqual(await find('orders'), [
    { about: 'orders', isHealthy: false, text: 'is not started', advice: 'npm start' },
  ]);
});

/** Returns the file of the database of orders in a folder of its own, and what finds the findings about something. */
function scene(t: TestContext, change: (app: App) => App = (app) => app) {
  const folder = mkdtempSync(join(tmpdir(), 'lockstep-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const databases = ['USERS', 'ORDERS', 'PRODUCTS'].map((name) => [`${name}_DATABASE`, join(folder, `${name}.sqlite`)]);
  const env = { ...process.env, ...Object.fromEntries(databases) };
  const apps = readApps([], env).map(change);
  const find = async (about: string, processes: ListedProcess[] = []) => {
    const findings = await findAll({ apps, processes });
    return findings.filter((finding) => finding.about.startsWith(about));
  };
  return { file: join(folder, 'ORDERS.sqlite'), find };
}

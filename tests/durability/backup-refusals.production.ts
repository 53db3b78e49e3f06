import assert from 'node:assert/strict';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { appendFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { createUser, get } from '../harness/client.ts';
import { start } from '../harness/graph.ts';
import { run } from '../harness/pm2.ts';
import { countRows, readRows } from '../harness/rows.ts';
import { type DatabaseVariables, runCommand } from './backup-command.ts';
import { addDatabase, createScenes, filesIn, overwrite, renameDatabase, withoutOrders } from './backup-scene.ts';

const scene = await createScenes({ after });

test('rejects a backup into a folder that exists', async (t) => {
  const { backup, variables } = await scene(t);
  const before = readFileSync(join(backup, 'backup.json'), 'utf8');
  await assertRefused('backup', backup, variables, /^.+\/backup is not empty; give each backup a folder of its own\n$/);
  assert.equal(readFileSync(join(backup, 'backup.json'), 'utf8'), before);
});

test('rejects a backup into a folder that can not be written', async (t) => {
  const { folder, variables } = await scene(t);
  const file = join(folder, 'a file');
  writeFileSync(file, '');
  await assertRefused('backup', join(file, 'backup'), variables, /^.+\/a file\/backup can't be written to \(ENOTDIR/);
});

test('rejects a backup if a database is missing', async (t) => {
  const { folder, variables } = await scene(t);
  await rm(variables.ORDERS_DATABASE);
  const target = join(folder, 'another');
  await assertRefused(
    'backup',
    target,
    variables,
    /^orders: no database at .+, so nothing was backed up; npm start creates it\n$/,
  );
  assert.equal(existsSync(target), false);
});

test('rejects a backup of a damaged database, and leaves nothing', async (t) => {
  const { folder, variables } = await scene(t);
  truncateSync(variables.USERS_DATABASE, 8192);
  const target = join(folder, 'another');
  await assertRefused('backup', target, variables, /^Nothing was backed up to .+\/another: .+malformed\n$/);
  assert.deepEqual(readdirSync(target), []);
});

for (const args of [[], ['one', 'two'], ['--help']]) {
  for (const name of ['backup', 'restore'] as const) {
    test(`rejects ${name} ${args.join(' ')}: it takes one folder`, async (t) => {
      const { variables } = await scene(t);
      await assertRefused(name, args, variables, new RegExp(`^Give one folder: npm run ${name} -- FOLDER\n$`));
    });
  }
}

test('names a wrong setting', async (t) => {
  const { folder, variables } = await scene(t);
  const wrong = { ...variables, USERS_PORT: 'many' };
  await assertRefused('backup', join(folder, 'another'), wrong, /USERS_PORT=many: give a whole number/);
});

test('restores nothing while a process has a database open, even an idle one', async (t) => {
  const { backup, variables } = await scene(t);
  const users = await start(t, 'subgraphs/users', { SUBGRAPH_SECRET: '', ...variables });
  await createUser(users.url, 'later@example.com');
  await assertRefused(
    'restore',
    backup,
    variables,
    /^users: a process has .+users\.sqlite open; npm stop, then restore again\n$/,
  );
  await createUser(users.url, 'latest@example.com');
  assert.equal((await get<{ users: unknown[] }>(users.url, '{ users { id } }')).users.length, 3);
  assert.equal(countRows(variables.USERS_DATABASE, 'users'), 3);
});

const NOT_WHOLE: [name: string, damage: (backup: string) => void | Promise<void>, message: RegExp][] = [
  ['has no list of its contents', (backup) => rm(join(backup, 'backup.json')), /no complete backup \(backup\.json/],
  ['has half a list', (backup) => truncateSync(join(backup, 'backup.json'), 100), /no complete backup \(backup\.json/],
  ['misses a file', (backup) => rm(join(backup, 'users.sqlite')), /^Nothing was restored: .*ENOENT/],
  [
    'has half a file',
    (backup) => truncateSync(join(backup, 'users.sqlite'), 4096),
    /users\.sqlite: damaged since the backup/,
  ],
  [
    'has a file that was changed',
    (backup) => overwrite(join(backup, 'users.sqlite')),
    /users\.sqlite: damaged since the backup/,
  ],
  [
    'has one that grew',
    (backup) => appendFile(join(backup, 'users.sqlite'), 'x'),
    /users\.sqlite: damaged since the backup/,
  ],
  ['is of another graph', renameDatabase, /^The backup has no database of users, so nothing was restored\./],
  [
    'has a database too many',
    addDatabase,
    /^reviews: the backup has this database, and the project has only users, .+\n$/,
  ],
];
for (const [name, damage, message] of NOT_WHOLE) {
  test(`does not restore a backup that ${name}, and changes nothing`, async (t) => {
    const { folder, backup, variables } = await scene(t);
    await damage(backup);
    const before = filesIn(folder);
    await assertRefused('restore', backup, variables, message);
    assert.deepEqual(filesIn(folder), before);
    assert.equal(countRows(variables.USERS_DATABASE, 'users'), 1);
  });
}

test('refuses a backup without one of the databases, and leaves that one as it is if told so', async (t) => {
  const { folder, backup, variables } = await scene(t);
  withoutOrders(backup);
  const before = filesIn(folder);
  const message = /^The backup has no database of orders, so nothing was restored\..* --without orders\n$/;
  await assertRefused('restore', backup, variables, message);
  assert.deepEqual(filesIn(folder), before);

  await assertRefused(
    'restore',
    [backup, '--without', 'reviews'],
    variables,
    /^--without reviews: the project has only/,
  );
  const orders = statSync(variables.ORDERS_DATABASE).ino;
  const users = statSync(variables.USERS_DATABASE).ino;
  const { code, stderr } = await runCommand('restore', [backup, '--without', 'orders'], variables);
  assert.equal(code, 0, stderr);
  assert.notEqual(statSync(variables.USERS_DATABASE).ino, users);
  assert.equal(statSync(variables.ORDERS_DATABASE).ino, orders);
});

test('after an interrupted restore nothing starts or is backed up, until a restore has ended', async (t) => {
  const { folder, backup, variables } = await scene(t);
  // Replacing orders fails, after products and users may have been replaced.
  await rm(variables.ORDERS_DATABASE);
  const blocker = `${variables.ORDERS_DATABASE}-wal`;
  await rm(blocker, { force: true });
  mkdirSync(blocker);
  const interrupted = await runCommand('restore', [backup], variables);
  assert.equal(interrupted.code, 1);
  assert.match(interrupted.stderr, /^orders: not restored \(.*\); fix that, and restore again\n$/);

  const advice =
    /sqlite: a restore has not ended, .* run it again: npm run restore -- \/.+\/backup \(or another backup\)/;
  const orders = { ...variables, USERS_URL: 'http://127.0.0.1:1/', PRODUCTS_URL: 'http://127.0.0.1:1/' };
  const started = await run(process.execPath, ['subgraphs/orders/src/main.ts'], orders);
  assert.equal(started.code, 78, started.stdout);
  assert.match(started.stderr, advice);
  await assertRefused('backup', join(folder, 'another'), variables, advice);

  rmSync(blocker, { recursive: true });
  const { code, stderr } = await runCommand('restore', [backup], variables);
  assert.equal(code, 0, stderr);
  const users = await start(t, 'subgraphs/users', { SUBGRAPH_SECRET: '', ...variables });
  assert.equal((await get<{ users: unknown[] }>(users.url, '{ users { id } }')).users.length, 1);
});

test('replaces and keeps an unreadable database, and the remains of a missing one', async (t) => {
  const { folder, backup, variables } = await scene(t);
  writeFileSync(variables.USERS_DATABASE, 'no database');
  chmodSync(variables.USERS_DATABASE, 0o640);
  await rm(variables.ORDERS_DATABASE);
  writeFileSync(`${variables.ORDERS_DATABASE}-wal`, 'its WAL');

  const { code, stdout, stderr } = await runCommand('restore', [backup], variables);

  assert.equal(code, 0, stderr);
  assert.match(stdout, /^users: .+ can't be read \(file is not a database\)$/m);
  assert.match(stdout, /^orders: restored$/m);
  const kept = readdirSync(folder).filter((name) => /^(users|orders)\..*replaced/.test(name));
  const texts = kept.map((name) => readFileSync(join(folder, name), 'utf8'));
  assert.deepEqual(texts.filter(Boolean), ['its WAL', 'no database']);
  assert.equal(existsSync(`${variables.ORDERS_DATABASE}-wal`), false);
  assert.equal(statSync(variables.USERS_DATABASE).mode & 0o777, 0o640);
  assert.equal(countRows(variables.USERS_DATABASE, 'users'), 1);
  assert.deepEqual(readRows(variables.ORDERS_DATABASE, 'select * from orders'), []);
});

async function assertRefused(
  name: 'backup' | 'restore',
  args: string | readonly string[],
  variables: DatabaseVariables,
  message: RegExp,
): Promise<void> {
  const { code, stderr, stdout } = await runCommand(name, typeof args === 'string' ? [args] : args, variables);
  assert.match(stderr, message);
  assert.equal(code, 1, stdout);
}

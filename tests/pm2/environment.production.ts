import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { PM2, run } from '../harness/pm2.ts';
import { APPS, createSmallProject } from '../harness/small-project.ts';
import { until } from '../harness/waiting.ts';

// One daemon, in the order of an operator's day.

const project = await createSmallProject({ after });
const pids = async () => (await project.list()).map(({ pid }) => pid);
const readDaemon = async () => (await readFile(join(project.folder, 'pm2', 'pm2.pid'), 'utf8')).trim();
const ofUsers = async (name: string) => (await project.environmentOf('users'))?.[name];

test('npm start refuses a number of gateways that is none, by name, and starts nothing', async () => {
  const { code, stderr } = await project.command('start', [], { GATEWAY_INSTANCES: 'many' });
  assert.equal(code, 1);
  assert.equal(stderr, 'GATEWAY_INSTANCES=many: give a whole number from 1 to 999, or max\n');
  assert.deepEqual(await project.list(), []);
});

test('npm start takes max for the number of cores', async () => {
  const { code, stderr } = await project.command('start', [], { GATEWAY_INSTANCES: 'max', NODE_ENV: 'production' });
  assert.equal(code, 0, stderr);
  assert.equal((await project.list()).filter(({ name }) => name === 'gateway').length, availableParallelism());
});

test("pm2's daemon inherits nothing that it would take for itself, or for the processes", async () => {
  const variables = (await readFile(`/proc/${await readDaemon()}/environ`, 'utf8')).split('\0');
  assert.ok(variables.includes(`_=${PM2}`), 'a daemon that crashed runs `node $_ update`');
  assert.ok(!variables.some((text) => text.startsWith('NODE_ENV=') || text.startsWith('USERS_PORT=')));
});

test('a value stays in force at a reload from another shell, for variables of any kind', async () => {
  assert.equal((await project.command('reload', ['users'], { ANY_NAME: 'first' })).code, 0);
  assert.equal((await project.command('reload', ['users'])).code, 0);
  assert.equal(await ofUsers('NODE_ENV'), 'production');
  assert.equal(await ofUsers('ANY_NAME'), 'first');
});

test('a new value takes effect at the next start, which leaves the other processes alone', async () => {
  const before = await pids();
  const { stdout } = await project.command('start', [], { ANY_NAME: 'first' });
  assert.match(stdout, /Starting products, orders, gateway …/);
  assert.equal((await pids()).filter((pid) => before.includes(pid)).length, 1);
  assert.match((await project.command('start')).stdout, /Everything is running/);
  assert.equal((await project.environmentOf('gateway'))?.ANY_NAME, 'first');
});

test('npm run config shows the values of the running processes, and where each comes from', async () => {
  const { code, stdout } = await project.command('config', [], { ANY_NAME: 'not in force' });
  assert.equal(code, 0);
  assert.match(stdout, /^# {3}ANY_NAME=first {2}\(shell\)$/m);
  assert.match(stdout, /^# {3}NODE_ENV=production {2}\(shell\)$/m);
  assert.match(stdout, /^# {3}APOLLO_TELEMETRY_DISABLED=1 {2}\(default\)$/m);
  assert.match(stdout, /^ {2}introspection: false +# default with NODE_ENV=production$/m);
});

test('other commands work on what the running processes were given, whatever their own shell says', async () => {
  const elsewhere = join(project.folder, 'elsewhere');
  const given = { ORDERS_DATABASE: join(elsewhere, 'orders.sqlite') };
  assert.equal((await project.command('reload', ['orders'], given)).code, 0);
  for (const name of ['users', 'products']) await writeFile(join(project.folder, `${name}.sqlite`), '');
  const commands = [
    ['backup', [join(project.folder, 'backup')]],
    ['check:orders', []],
    ['orders:stuck', []],
  ] as const;
  for (const [name, args] of commands) {
    const { code, stderr } = await project.command(name, args);
    assert.equal(code, 1, name);
    assert.ok(stderr.includes(given.ORDERS_DATABASE), stderr);
  }
  const { stderr } = await project.command('seed', [], { GATEWAY_PORT: '1' });
  assert.doesNotMatch(stderr, /no graph answers/);
});

test('npm run compose composes what npm start would serve, and npm run logs shows it whatever the shell says', async () => {
  const url = 'http://127.0.0.1:9/graphql';
  assert.equal((await project.command('reload', ['gateway'], { USERS_URL: url })).code, 0);
  const { stdout, stderr } = await project.command('compose', [], { ORDERS_URL: `${url}/other` });
  assert.equal(stderr, '');
  assert.match(stdout, /USERS @join__graph\(name: "users", url: "http:\/\/127.0.0.1:9\/graphql"\)/);
  assert.match(stdout, /ORDERS @join__graph\(name: "orders", url: "http:\/\/127.0.0.1:9\/graphql\/other"\)/);
  const logs = await project.command('logs', ['--nostream', '--lines', '5'], { GATEWAY_INSTANCES: 'many' });
  assert.equal(logs.code, 0, logs.stderr);
});

test('a wrong value fails the command before any process is touched', async () => {
  const before = await pids();
  for (const command of ['start', 'reload']) {
    const { code, stderr } = await project.command(command, [], { LOG_LEVEL: 'loud' });
    assert.equal(code, 1);
    assert.match(stderr, /LOG_LEVEL=loud: give trace, debug/);
  }
  assert.deepEqual(await pids(), before);
});

test('.env is read; the shell wins over it until it is changed', async () => {
  const file = join(project.root, '.env');
  await writeFile(file, 'ANY_NAME=from the file\nOTHER_NAME="from the file"\n');
  await project.command('reload', ['users']);
  assert.equal(await ofUsers('OTHER_NAME'), 'from the file');
  assert.equal(await ofUsers('ANY_NAME'), 'from the file');
  await project.command('reload', ['users'], { ANY_NAME: 'from the shell' });
  await project.command('reload', ['users']);
  assert.equal(await ofUsers('ANY_NAME'), 'from the shell');
  await writeFile(file, 'ANY_NAME=changed\n');
  await project.command('reload', ['users']);
  assert.equal(await ofUsers('ANY_NAME'), 'changed');
  assert.equal(await ofUsers('OTHER_NAME'), undefined);
  await writeFile(file, '');
});

test('a process gets no secret that another one was given', async () => {
  await project.command('reload', ['users'], {
    PRODUCTS_SECRET: 'a secret of products only, as long as one has to be',
  });
  assert.doesNotMatch(JSON.stringify(await project.environmentOf('users')), /secret of products/);
});

test('pm2 save and resurrect, as at boot, bring back processes that are ready, with their values', async () => {
  assert.equal((await project.command('start', [], { NODE_ENV: 'production' })).code, 0);
  const before = await Promise.all(APPS.map((app) => project.environmentOf(app)));
  assert.equal((await project.pm2(['save'])).code, 0);
  process.kill(Number(await readDaemon()), 'SIGKILL');
  for (const app of APPS)
    await until(
      () => project.environmentOf(app),
      (environment) => environment === undefined,
    );

  // the environment of the unit that `pm2 startup` makes, which no shell gives a `_`
  const { HOME = '', PATH = '', PM2_HOME = '' } = project.env;
  const PM2_NODE_OPTIONS = `--require=${join(project.root, 'commands', 'processes', 'pm2-log.cjs')}`;
  const unit = { HOME, PATH, PM2_HOME, NODE_CLUSTER_SCHED_POLICY: 'none', PM2_NODE_OPTIONS };
  assert.equal((await run(process.execPath, [PM2, 'resurrect'], unit, '/')).code, 0);

  await until(
    () => project.command('status'),
    ({ code }) => code === 0,
  );
  for (const [index, app] of APPS.entries()) {
    const { NODE_ENV, ANY_NAME, HOST } = (await project.environmentOf(app)) ?? {};
    const { NODE_ENV: mode, ANY_NAME: any, HOST: host } = before[index] ?? {};
    assert.deepEqual([NODE_ENV, ANY_NAME, HOST], [mode, any, host], app);
  }
  assert.doesNotMatch(await readFile(`/proc/${await readDaemon()}/environ`, 'utf8'), /(^|\0)_=/);
  const resurrected = await pids();
  assert.match((await project.command('start')).stdout, /Everything is running/);
  assert.deepEqual(await pids(), resurrected);
  assert.equal((await project.command('reload')).code, 0);
  assert.equal((await pids()).filter((pid) => resurrected.includes(pid)).length, 0);
  assert.equal(await ofUsers('NODE_ENV'), 'production');
});

test('npm run delete forgets every value', async () => {
  assert.equal((await project.command('delete')).code, 0);
  assert.equal((await project.command('start')).code, 0);
  assert.equal(await ofUsers('NODE_ENV'), 'development');
  assert.equal((await project.environmentOf('gateway'))?.NODE_ENV, 'development');
  assert.equal((await project.environmentOf('gateway'))?.ANY_NAME, undefined);
  assert.equal((await project.list()).length, 4);
});

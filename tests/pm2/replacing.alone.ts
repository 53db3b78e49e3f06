import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { times } from '../harness/full-count.ts';
import { APPS, createSmallProject } from '../harness/small-project.ts';
import { until } from '../harness/waiting.ts';
import { testKills } from './kills.ts';
import { testRandomWalk } from './walk.ts';

// Failures of the commands, one after the other in one project: each test starts from what the one before it left.

const project = await createSmallProject({ after });
const SLOW = { START_DELAY_MS: '700' };
const pids = async () => (await project.list()).map(({ pid }) => pid);
const gatewayPid = async () => (await project.environmentOf('gateway'))?.pid;

/** Returns the apps that answer. */
async function answering(): Promise<string[]> {
  const answers = await Promise.all(APPS.map(async (app) => ((await project.environmentOf(app)) ? [app] : [])));
  return answers.flat();
}

/** Runs the work with a file changed. */
async function withFile(path: string, change: (text: string) => string, work: () => Promise<void>): Promise<void> {
  const text = await readFile(path, 'utf8');
  await writeFile(path, change(text));
  await work();
  await writeFile(path, text);
}

test('npm start fails and says why if a program fails to load, and leaves nothing behind', async () => {
  for (const app of ['gateway', 'users'] as const) {
    await withFile(
      project.programOf(app),
      (text) => `import './nowhere.ts';\n${text}`,
      async () => {
        const { code, stderr } = await project.command('start');
        assert.equal(code, 1);
        assert.match(stderr, new RegExp(`${app} did not start; the end of .*${app}-error.log:[^]*nowhere.ts`));
        assert.deepEqual(await answering(), []);
      },
    );
  }
});

test('reload fails and leaves the old processes if supergraph.yaml is invalid', async () => {
  assert.equal((await project.command('start')).code, 0);
  const before = await pids();
  const file = join(project.root, 'supergraph.yaml');
  await withFile(
    file,
    (text) => text.replace('products:', 'products:\n    timeot: 1s'),
    async () => {
      const { code, stderr } = await project.command('reload');
      assert.equal(code, 1);
      assert.match(stderr, /supergraph\.yaml:\d+: .*timeot/);
    },
  );
  assert.deepEqual(await pids(), before);
  assert.deepEqual(await answering(), APPS);
});

for (const [command, app] of [
  ['reload', 'gateway'],
  ['restart', 'orders'],
] as const) {
  test(`${command} fails and leaves the old processes if the new ${app} doesn't start`, async () => {
    const before = await pids();
    await withFile(
      project.programOf(app),
      (text) => text.replace('await delay', "if (name !== '') throw new Error('the new one fails');\n  await delay"),
      async () => {
        const { code, stderr } = await project.command(command);
        assert.equal(code, 1);
        assert.match(stderr, new RegExp(`${app} did not start; .*\n[^]*the new one fails`));
      },
    );
    assert.deepEqual(await pids(), before);
    assert.deepEqual(await answering(), APPS);
  });
}

test('npm start while a crashed gateway is about to be restarted leaves one gateway', async () => {
  for (let crash = 0; crash < times(5, 1); crash += 1) {
    process.kill(Number(await gatewayPid()), 'SIGKILL');
    const started = project.command('start');
    assert.equal((await started).code, 0);
    assert.equal((await project.list()).length, 4);
  }
  assert.equal((await project.command('stop')).code, 0);
  await delay(800); // longer than pm2 waits before it restarts a process
  assert.deepEqual(await answering(), []);
});

test('npm stop during a start, killed or not, leaves nothing that answers', async () => {
  for (const signal of ['SIGINT', 'SIGKILL'] as const) {
    const start = project.spawn('start', SLOW);
    await until(
      () => project.list(),
      (list) => list.filter(({ status }) => status === 'online').length === 4,
    );
    start.kill(signal);
    assert.equal((await project.command('stop')).code, 0);
    await delay(800);
    assert.deepEqual(await answering(), []);
    assert.ok((await project.list()).every(({ status }) => status === 'stopped'));
  }
});

test('two npm start at once start one of each process', async () => {
  const [one, other] = [project.spawn('start'), project.spawn('start')];
  const codes = await Promise.all([once(one, 'exit'), once(other, 'exit')]);
  assert.deepEqual(
    codes.map(([code]) => code),
    [0, 0],
  );
  assert.equal((await project.list()).length, 4);
  assert.deepEqual(await answering(), APPS);
});

test('npm stop ends a process that pm2 started and lost', { skip: process.platform !== 'linux' }, async (t) => {
  const program = project.programOf('users');
  const pm2 = {
    pm_cwd: project.root,
    pm_exec_path: program,
    pm_pid_path: join(project.folder, 'pm2', 'pids', 'users-9.pid'),
  };
  const lost = spawn(process.execPath, [program], {
    env: { ...project.env, ...pm2, USERS_PORT: '0' },
    cwd: project.root,
  });
  t.after(() => lost.kill('SIGKILL'));
  const ended = once(lost, 'exit');
  await once(lost, 'spawn');
  assert.equal((await project.command('stop', ['users'])).code, 0);
  await ended;
  assert.deepEqual(
    await answering(),
    APPS.filter((app) => app !== 'users'),
  );
});

test('a command fails if the daemon of pm2 is killed under it, and npm start starts everything again', async () => {
  const reload = project.command('reload', [], SLOW);
  await until(
    () => project.list(),
    (list) => list.filter(({ status }) => status === 'online').length > 4,
  );
  process.kill(Number(await readFile(join(project.folder, 'pm2', 'pm2.pid'), 'utf8')), 'SIGKILL');
  const { code, stderr } = await reload;
  assert.equal(code, 1);
  assert.match(stderr, /^pm2 has ended meanwhile; .* npm start starts them again\.$/m);
  assert.equal((await project.command('start')).code, 0);
  assert.deepEqual(await answering(), APPS);
  assert.equal((await project.list()).length, 4);
});

testKills(project);
testRandomWalk(project);
